/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HAVEN_LINUX_SYSTEM_H
#define HAVEN_LINUX_SYSTEM_H
/**
 * @file
 * Linux system calls of arm64, for programs without a C library: any AArch64 compiler
 * can build them. Each returns a negative errno on failure.
 *
 * Source: include/uapi/asm-generic/unistd.h, mman-common.h and fcntl.h of Linux.
 */
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096u

#define O_RDONLY 0
#define O_WRONLY 1
#define O_RDWR   2
#define O_SYNC   04010000

long system_call(long a, long b, long c, long d, long e, long f, long number);

static inline int sys_open(const char *path, int flags)
{
	const long at_fdcwd = -100;

	return (int)system_call(at_fdcwd, (long)path, flags, 0, 0, 0, 56);
}

static inline void sys_close(int fd)
{
	(void)system_call(fd, 0, 0, 0, 0, 0, 57);
}

static inline long sys_write(int fd, const void *data, size_t size)
{
	return system_call(fd, (long)data, (long)size, 0, 0, 0, 64);
}

static inline long sys_pread(int fd, void *data, size_t size, uint64_t offset)
{
	return system_call(fd, (long)data, (long)size, (long)offset, 0, 0, 67);
}

static inline long sys_pwrite(int fd, const void *data, size_t size, uint64_t offset)
{
	return system_call(fd, (long)data, (long)size, (long)offset, 0, 0, 68);
}

static inline void sys_sleep_us(long us)
{
	const long time[2] = {us / 1000000, us % 1000000 * 1000};

	(void)system_call((long)time, 0, 0, 0, 0, 0, 101);
}

/** Shared, readable and writable; fd -1: anonymous memory. NULL on failure. */
static inline void *sys_map(int fd, size_t size)
{
	const long read_write = 3;
	const long shared = 1;
	const long anonymous = 0x20;
	long at = system_call(0, (long)size, read_write, fd < 0 ? shared | anonymous : shared, fd,
			      0, 222);

	return at < 0 && at > -4096 ? NULL : (void *)at;
}

static inline int sys_lock(const void *at, size_t size)
{
	return (int)system_call((long)at, (long)size, 0, 0, 0, 0, 228);
}

#endif
