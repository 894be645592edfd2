/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Formats of others on a disk, as libblkid knows them. */
#ifndef TANDEM_LIB_SIGNATURE_H
#define TANDEM_LIB_SIGNATURE_H

#include "device.h"

/**
 * tandem_signature_find() - is anything known on this disk?
 * @text: phrase naming all that was found
 * Return: 1 found, 0 nothing known, or -errno
 */
int tandem_signature_find(const struct tandem_device *dev, char *text, size_t size);

#endif
