/* SPDX-License-Identifier: Apache-2.0 */
#include <haven/its.h>

#define TYPER_PHYSICAL   HV_BIT(0)
#define TYPER_ITT_ENTRY  HV_BITS(7, 4)
#define TYPER_ID_BITS    HV_BITS(12, 8)
#define TYPER_DEVBITS    HV_BITS(17, 13)
#define TYPER_PTA        HV_BIT(19)
#define TYPER_HCC        HV_BITS(31, 24)

#define CMD0_OPCODE      HV_BITS(7, 0)
#define   SYNC            0x05u
#define   MAPD            0x08u
#define   MAPC            0x09u
#define   MAPTI           0x0au
#define   INVALL          0x0du
#define CMD0_DEVICE      HV_BITS(63, 32)
#define CMD1_SIZE        HV_BITS(4, 0)
#define CMD1_EVENT       HV_BITS(31, 0)
#define CMD1_INTID       HV_BITS(63, 32)
#define CMD2_COLLECTION  HV_BITS(15, 0)
#define CMD2_RDBASE      HV_BITS(51, 16)
#define CMD2_ITT         HV_BITS(51, 8)
#define CMD2_VALID       HV_BIT(63)

/* GITS_BASER<n> and GITS_CBASER; GITS_BASER<n> alone has type, entry and page size. */
#define BASER_VALID      HV_BIT(63)
#define BASER_INNER      HV_BITS(61, 59)
#define BASER_TYPE       HV_BITS(58, 56)
#define BASER_OUTER      HV_BITS(55, 53)
#define BASER_ENTRY_SIZE HV_BITS(52, 48)
#define BASER_ADDRESS    HV_BITS(47, 12)
#define CBASER_ADDRESS   HV_BITS(51, 16)
#define SHAREABILITY     HV_BITS(11, 10) /* in all four registers */

#define GICD_TYPER_IDBITS  HV_BITS(23, 19)
#define GICD_TYPER_LPIS    HV_BIT(17)
#define GICD_TYPER_LPI_NUM HV_BITS(15, 11) /* 2^(n + 1) LPIs; 0: as many as IDbits allow */
#define   ENOUGH_LPIS       7u
_Static_assert(HV_LPI_MAX <= 2u << ENOUGH_LPIS, "num_LPIs");
#define GICR_TYPER_PLPIS   HV_BIT(0)
#define LPI_PTZ          HV_BIT(62) /* GICR_PENDBASER: the table is zero; reads 0 */
#define LPI_OUTER        HV_BITS(58, 56)
#define LPI_INNER        HV_BITS(9, 7)
#define PROPBASER_ADDR   HV_BITS(51, 12)
#define PENDBASER_ADDR   HV_BITS(51, 16)
#define PROPBASER_IDBITS HV_BITS(4, 0)

#define INNER_SHAREABLE  1u
#define NON_CACHEABLE    1u /* 0 is device memory */
#define WRITE_BACK       7u /* read- and write-allocate; outer 0: the same as inner */

void hv_its_decode_typer(hv_u64 typer, struct hv_its_caps *caps)
{
	caps->device_bits = (hv_u32)HV_GET(TYPER_DEVBITS, typer) + 1;
	caps->event_bits = (hv_u32)HV_GET(TYPER_ID_BITS, typer) + 1;
	caps->itt_entry_bytes = (hv_u32)HV_GET(TYPER_ITT_ENTRY, typer) + 1;
	caps->collections = (hv_u32)HV_GET(TYPER_HCC, typer);
	caps->pta = (typer & TYPER_PTA) != 0;
	caps->physical = (typer & TYPER_PHYSICAL) != 0;
}

hv_u64 hv_its_itt_bytes(const struct hv_its_caps *caps, hv_u32 event_bits)
{
	const hv_u64 bytes = (hv_u64)caps->itt_entry_bytes << event_bits;

	return (bytes + HV_ITS_ITT_ALIGN - 1) & ~(hv_u64)(HV_ITS_ITT_ALIGN - 1);
}

hv_u32 hv_its_event_bits(hv_u32 last)
{
	return 32u - (hv_u32)__builtin_clz(last | 1u);
}

/* ---- commands ---- */

static struct hv_its_cmd command(hv_u64 opcode, hv_u64 device, hv_u64 word1, hv_u64 word2)
{
	return (struct hv_its_cmd){
		{ HV_PUT(CMD0_OPCODE, opcode) | HV_PUT(CMD0_DEVICE, device), word1, word2, 0 }
	};
}

struct hv_its_cmd hv_its_cmd_mapd(hv_u32 device, hv_u64 itt_pa, hv_u32 event_bits)
{
	return command(MAPD, device, HV_PUT(CMD1_SIZE, event_bits - 1),
		       (itt_pa & CMD2_ITT) | CMD2_VALID);
}

struct hv_its_cmd hv_its_cmd_mapc(hv_u16 collection, hv_u64 target)
{
	return command(MAPC, 0, 0, HV_PUT(CMD2_COLLECTION, collection) | (target & CMD2_RDBASE) |
				   CMD2_VALID);
}

struct hv_its_cmd hv_its_cmd_mapti(hv_u32 device, hv_u32 event, hv_u32 lpi, hv_u16 collection)
{
	return command(MAPTI, device, HV_PUT(CMD1_EVENT, event) | HV_PUT(CMD1_INTID, lpi),
		       HV_PUT(CMD2_COLLECTION, collection));
}

struct hv_its_cmd hv_its_cmd_invall(hv_u16 collection)
{
	return command(INVALL, 0, 0, HV_PUT(CMD2_COLLECTION, collection));
}

struct hv_its_cmd hv_its_cmd_sync(hv_u64 target)
{
	return command(SYNC, 0, 0, target & CMD2_RDBASE);
}

/* ---- memory of the GIC ---- */

hv_u32 hv_its_baser_type(hv_u64 baser)
{
	return (hv_u32)HV_GET(BASER_TYPE, baser);
}

hv_u32 hv_its_baser_entries(hv_u64 baser)
{
	return HV_ITS_TABLE_BYTES / ((hv_u32)HV_GET(BASER_ENTRY_SIZE, baser) + 1);
}

bool hv_lpi_supported(hv_u32 gicd_typer, hv_u64 gicr_typer, hv_u32 id_bits)
{
	const hv_u64 number = HV_GET(GICD_TYPER_LPI_NUM, gicd_typer);

	if ((gicd_typer & GICD_TYPER_LPIS) == 0 || (gicr_typer & GICR_TYPER_PLPIS) == 0)
		return false;
	return HV_GET(GICD_TYPER_IDBITS, gicd_typer) + 1 >= id_bits &&
	       (number == 0 || number >= ENOUGH_LPIS);
}

static hv_u64 attributes(hv_u64 inner, bool coherent)
{
	return coherent ? HV_PUT(inner, WRITE_BACK) | HV_PUT(SHAREABILITY, INNER_SHAREABLE)
			: HV_PUT(inner, NON_CACHEABLE);
}

hv_u64 hv_its_baser(hv_u64 as_read, hv_u64 pa, bool coherent)
{
	return BASER_VALID | attributes(BASER_INNER, coherent) |
	       (as_read & (BASER_TYPE | BASER_ENTRY_SIZE)) | (pa & BASER_ADDRESS);
}

hv_u64 hv_its_cbaser(hv_u64 pa, bool coherent)
{
	return BASER_VALID | attributes(BASER_INNER, coherent) | (pa & CBASER_ADDRESS);
}

hv_u64 hv_lpi_propbaser(hv_u64 pa, hv_u32 id_bits, bool coherent)
{
	return attributes(LPI_INNER, coherent) | (pa & PROPBASER_ADDR) |
	       HV_PUT(PROPBASER_IDBITS, id_bits - 1);
}

hv_u64 hv_lpi_pendbaser(hv_u64 pa, bool coherent)
{
	return LPI_PTZ | attributes(LPI_INNER, coherent) | (pa & PENDBASER_ADDR);
}

/* Hardware may leave out attributes, and reads then tell what it has. */
static enum hv_its_reply reply(hv_u64 asked, hv_u64 reads, hv_u64 inner, hv_u64 ignored)
{
	if (((asked ^ reads) & ~(inner | SHAREABILITY | ignored)) != 0)
		return HV_ITS_REFUSED;
	if ((asked & SHAREABILITY) == 0)
		return HV_ITS_TAKEN;
	return (reads & SHAREABILITY) == 0 || HV_GET(inner, reads) <= NON_CACHEABLE
		       ? HV_ITS_NONCOHERENT
		       : HV_ITS_TAKEN;
}

enum hv_its_reply hv_its_reply(hv_u64 asked, hv_u64 reads)
{
	return reply(asked, reads, BASER_INNER, BASER_OUTER);
}

enum hv_its_reply hv_lpi_reply(hv_u64 asked, hv_u64 reads)
{
	return reply(asked, reads, LPI_INNER, LPI_OUTER | LPI_PTZ);
}
