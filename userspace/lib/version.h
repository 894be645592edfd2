/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The version of library and command line; the module has its target version. */
#ifndef TANDEM_LIB_VERSION_H
#define TANDEM_LIB_VERSION_H

#define TANDEM_VERSION "0.1.0"

#endif
