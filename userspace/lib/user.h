/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Who uses a disk: for the message when a claim fails, and for loops, which claim nothing. */
#ifndef TANDEM_LIB_USER_H
#define TANDEM_LIB_USER_H

#include "device.h"

/* 1 and a phrase ("is mounted on /srv"), or 0. */
int tandem_user_find(const struct tandem_device *dev, char *text, size_t size);

/* True if the disk is held by something that is not a partition of it. */
bool tandem_user_is_held(dev_t rdev);

/*
 * Could it be a disk that waits to be used, and can it be asked? Not one that something
 * lies on, a tandem volume, or a device-mapper device that is suspended: reading that hangs.
 */
bool tandem_user_is_idle(const char *path);

#endif
