#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# format.py WHAT DISK ARGUMENTS...: write what the engine writes, byte by byte, from the
# format's description and not by its code.

import struct
import sys

SLOTS, LOG, MAP, PAGE = (65536, 2097152), 3145728, 4194304, 4096


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x82f63b78 * (crc & 1)
    return crc ^ 0xffffffff


def sealed(block, at):
    block[at:at + 4] = bytes(4)
    block[at:at + 4] = struct.pack("<I", crc32c(block))
    return block


# only DISK: both superblocks of an array without a region map, and not stopped cleanly
def only(disk):
    for slot in SLOTS:
        disk.seek(slot)
        block = bytearray(disk.read(16384))
        block[48] = 1
        block[56] &= ~1
        disk.seek(slot)
        disk.write(sealed(block, 16))


# record DISK SEQUENCE REGIONS FLAGS [DIRTY...]: one record with a window over all
def record(disk, sequence, regions, flags, *dirty):
    disk.seek(SLOTS[1])
    top = disk.read(16384)
    block = bytearray(PAGE)
    block[0:16] = struct.pack("<IIQ", 0x676f4c74, 0, sequence)
    block[16:32] = top[64:80]
    block[32:48] = top[1024:1040]
    block[48:64] = top[256:272]
    block[64:72] = top[288:296]
    block[72:80] = top[1056:1064]
    block[80:104] = struct.pack("<HHHHIIII", 0, 0, 0, len(dirty), 0, regions, len(dirty), flags)
    block[112:112 + 4 * len(dirty)] = struct.pack("<%dI" % len(dirty), *dirty)
    disk.seek(LOG + sequence % 256 * PAGE)
    disk.write(sealed(block, 4))


# page DISK SEQUENCE NUMBER ENTRY...: a page of the region map; 0x100 is stale on leg 0
def page(disk, sequence, number, *entries):
    disk.seek(SLOTS[1])
    top = disk.read(16384)
    block = bytearray(PAGE)
    block[0:16] = struct.pack("<IIQ", 0x70614d74, 0, sequence)
    block[16:32] = top[64:80]
    block[32:36] = struct.pack("<I", number)
    block[64:64 + 2 * len(entries)] = struct.pack("<%dH" % len(entries), *entries)
    disk.seek(MAP + (2 * number + sequence % 2) * PAGE)
    disk.write(sealed(block, 4))


with open(sys.argv[2], "r+b") as file:
    {"only": only, "record": record, "page": page}[sys.argv[1]](
        file, *(int(word, 0) for word in sys.argv[3:]))
