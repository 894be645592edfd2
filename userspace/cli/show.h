/* SPDX-License-Identifier: GPL-2.0-only */
/* Arrays and superblocks as text for people. */
#ifndef TANDEM_CLI_SHOW_H
#define TANDEM_CLI_SHOW_H

#include "tandem.h"

void cli_show_array(const struct tandem_array_info *info);
void cli_show_label(const struct tandem_label_info *info);

/**
 * struct cli_judgement - one array in the words of a monitoring plug-in
 * @level: 0 healthy, 1 degraded, 2 failed
 * @reason: one clause
 */
struct cli_judgement {
	int level;
	char reason[256];
};
void cli_show_judge(const struct tandem_array_info *info, struct cli_judgement *judgement);

#endif
