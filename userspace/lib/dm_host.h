/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The machine's side of device-mapper that libdevmapper leaves to others. */
#ifndef TANDEM_LIB_DM_HOST_H
#define TANDEM_LIB_DM_HOST_H

#include "dm_ops.h"

/* As in struct tandem_dm_ops. */
int tandem_dm_host_node(const char *name, bool present);
int tandem_dm_host_event_open(void);
int tandem_dm_host_event_arm(int fd);
int tandem_dm_host_event_wait(int fd, int timeout_ms);

#endif
