/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CRC-32C (Castagnoli) of the benchmark's own payload.
 *
 * The benchmark does not share the checksum code of kernel/core on purpose: a
 * witness that uses the code of the accused cannot see its mistakes.
 */
#ifndef BENCH_CRC32C_H
#define BENCH_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/**
 * crc32c - checksum bytes, with the processor's instruction where it has one
 * @crc: 0, or the result for the bytes before these
 * @data: the bytes
 * @len_bytes: how many
 *
 * Return: the CRC-32C ("123456789" gives 0xe3069283).
 */
uint32_t crc32c(uint32_t crc, const void *data, size_t len_bytes);

/**
 * crc32c_portable - the same without any special instruction
 * @crc: 0, or the result for the bytes before these
 * @data: the bytes
 * @len_bytes: how many
 *
 * Return: as crc32c().
 */
uint32_t crc32c_portable(uint32_t crc, const void *data, size_t len_bytes);

#endif /* BENCH_CRC32C_H */
