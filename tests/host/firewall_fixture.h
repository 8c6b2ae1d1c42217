/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIREWALL_FIXTURE_H
#define FIREWALL_FIXTURE_H
/**
 * @file
 * The part of the i.MX95's firewalls that the tests use, and the policy that NXP's stock
 * configuration (mx95evk) loads into it. Domains: 0 ELE, 2 system manager, 3 application
 * cores, 4 microcontroller, 12 V2X.
 */
#include <haven/trdc.h>

enum { TRDC_N, TRDC_W, TRDC_M, TRDC_COUNT };
enum { MBC_N0, MBC_N1, MBC_N2, MBC_N3, MBC_N4, MBC_W0, MBC_W1, MBC_W2 };
enum { MRC_N0, MRC_W0, MRC_W1, MRC_W2 };
enum { ELE = 0, SM = 2, A55 = 3, M7 = 4, V2X = 12 };

static const struct hv_fw_trdc trdcs[] = {
	[TRDC_N] = {"noc", {0x49010000, 0x20000}, 7, 0, 5, 0, 1},
	[TRDC_W] = {"wakeup", {0x42460000, 0x20000}, 35, 5, 3, 1, 3},
	[TRDC_M] = {"mega", {0x42810000, 0x10000}, 44, 8, 0, 4, 0},
};
static const struct hv_fw_mbc mbcs[] = {
	[MBC_N0] = {TRDC_N, {{0x49000000, 64, 16}}},
	[MBC_N1] = {TRDC_N, {{0x48000000, 19, 16}}},
	[MBC_N2] = {TRDC_N, {{0x20480000, 22, 14}}},
	[MBC_N3] = {.trdc = TRDC_N},
	[MBC_N4] = {.trdc = TRDC_N},
	[MBC_W0] = {TRDC_W, {{0x42000000, 128, 16}}},
	[MBC_W1] = {.trdc = TRDC_W},
	[MBC_W2] = {.trdc = TRDC_W},
};
static const struct hv_fw_mrc mrcs[] = {
	[MRC_N0] = {TRDC_N, 16, {0x80000000, UINT64_C(0x800000000)}, true},
	[MRC_W0] = {TRDC_W, 8, {0x28000000, 0x8000000}, false},
	[MRC_W1] = {TRDC_W, 8, {0x30000000, 0x8000000}, false},
	[MRC_W2] = {TRDC_W, 8, {0x20000000, 0x30000000}, false},
};
static const struct hv_fw_chip chip = {trdcs, TRDC_COUNT, mbcs, 8, mrcs, 4};

#define DDR_END UINT64_C(0x880000000)

/* In the order of the configuration file: it numbers the access values. */
static const struct hv_fw_region stock_regions[] = {
	{MRC_N0, ELE, {0x80000000, DDR_END - 0x80000000}, 0x6666, true},
	{MRC_N0, V2X, {0x80000000, 0x0b000000}, 0x4444, true},
	{MRC_N0, V2X, {0x8b000000, 0x01000000}, 0x6666, true},
	{MRC_N0, V2X, {0x8c000000, DDR_END - 0x8c000000}, 0x4444, true},
	{MRC_N0, M7, {0x80000000, 0x0a000000}, 0x7777, true},
	{MRC_N0, A55, {0x88000000, 0x02000000}, 0x7777, true},
	{MRC_N0, A55, {0x8a000000, 0x04000000}, 0x7700, false},
	{MRC_N0, A55, {0x8e000000, DDR_END - 0x8e000000}, 0x7777, true},
	{MRC_W2, SM, {0x4a050000, 0x00060000}, 0x6600, false},
	{MRC_W2, M7, {0x4a060000, 0x00040000}, 0x6666, true},
	{MRC_W2, M7, {0x20380000, 0x00100000}, 0x6666, true},
};
static const struct hv_fw_blocks stock_blocks[] = {
	{MBC_N0, 0, 1, 2, SM, 0x6600, false},
	{MBC_N0, 0, 13, 15, A55, 0x6666, true},
	{MBC_N0, 0, 17, 38, A55, 0x6666, true},
	{MBC_N1, 0, 0, 18, A55, 0x6666, true},
	{MBC_N2, 0, 16, 21, ELE, 0x6666, true},
	{MBC_N2, 0, 16, 21, A55, 0x7777, true},
	{MBC_N2, 0, 0, 15, A55, 0x7700, false},
	{MBC_W0, 0, 70, 71, SM, 0x6600, false},
};
static const struct hv_fw_master stock_masters[] = {
	{TRDC_N, 0, true, A55, 2, 0, true, 0},
	{TRDC_N, 4, false, A55, 1, 1, false, 0x0d},
	{TRDC_N, 5, false, A55, 1, 1, true, 0},
	{TRDC_W, 0, true, M7, 0, 0, true, 0},
	{TRDC_M, 0, false, A55, 1, 1, false, 1},
	{TRDC_M, 1, false, A55, 1, 1, false, 2},
	{TRDC_M, 3, false, A55, 1, 1, false, 3},
	{TRDC_M, 8, true, M7, 0, 0, true, 0},
};
#define COUNT(a) ((hv_u32)(sizeof(a) / sizeof((a)[0])))
static const struct hv_fw_policy stock = {
	&chip, stock_masters, COUNT(stock_masters), stock_regions, COUNT(stock_regions),
	stock_blocks, COUNT(stock_blocks),
};

#endif
