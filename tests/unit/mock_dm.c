// SPDX-License-Identifier: GPL-2.0-only
/* Device-mapper as a script; see mock_dm.h. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#include "mock_dm.h"

#define MAX_STEPS 64
#define MAX_VOLUMES 8

static struct mock_dm_step steps[MAX_STEPS];
static unsigned int nr_steps, next_step;
static struct {
	char name[64];
	char uuid[64];
	u32 open_count;
} volumes[MAX_VOLUMES];
static unsigned int nr_volumes;
static int all_error;
static unsigned int target_version;
static bool target_exists, all_read_only, all_suspended, keeps;

unsigned int mock_dm_waits;
int mock_dm_wait_result;
char mock_dm_node_name[128];
bool mock_dm_node_present;

void mock_dm_reset(void)
{
	nr_steps = next_step = nr_volumes = 0;
	all_error = 0;
	target_version = 1;
	target_exists = true;
	all_read_only = all_suspended = keeps = false;
	mock_dm_waits = 0;
	mock_dm_wait_result = 1;
	mock_dm_node_name[0] = 0;
	mock_dm_node_present = false;
}

void mock_dm_expect(const struct mock_dm_step *step)
{
	assert_true(nr_steps < MAX_STEPS);
	steps[nr_steps++] = *step;
}

void mock_dm_expect_look(const char *status, const char *table)
{
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_STATUS, .answer = status });
	mock_dm_expect(&(struct mock_dm_step){ .op = TANDEM_DM_TABLE, .answer = table,
					       .sectors = 2048 });
}

void mock_dm_done(void)
{
	if (next_step != nr_steps)
		fail_msg("task %u (op %u) never came", next_step, steps[next_step].op);
}

void mock_dm_restart(void)
{
	nr_steps = next_step = 0;
}

void mock_dm_add_volume(const char *name, const char *uuid, u32 open_count)
{
	assert_true(nr_volumes < MAX_VOLUMES);
	snprintf(volumes[nr_volumes].name, sizeof(volumes[0].name), "%s", name);
	snprintf(volumes[nr_volumes].uuid, sizeof(volumes[0].uuid), "%s", uuid);
	volumes[nr_volumes++].open_count = open_count;
}

void mock_dm_set_read_only(bool read_only)
{
	all_read_only = read_only;
}

void mock_dm_keep(void)
{
	keeps = true;
}

void mock_dm_fail_all(int error)
{
	all_error = error;
}

void mock_dm_set_version(unsigned int version, bool exists)
{
	target_version = version;
	target_exists = exists;
}

static int answer_info(const struct tandem_dm_task *task, struct tandem_dm_reply *reply)
{
	unsigned int i;

	for (i = 0; i < nr_volumes; i++) {
		if (task->name ? strcmp(task->name, volumes[i].name) :
				 strcmp(task->uuid, volumes[i].uuid))
			continue;
		reply->exists = true;
		reply->open_count = volumes[i].open_count;
		reply->read_only = all_read_only;
		reply->suspended = all_suspended;
		reply->rdev = makedev(253, i);
		snprintf(reply->name, sizeof(reply->name), "%s", volumes[i].name);
		snprintf(reply->uuid, sizeof(reply->uuid), "%s", volumes[i].uuid);
	}
	return 0;
}

static int answer_list(struct tandem_dm_reply *reply)
{
	char text[MAX_VOLUMES * 64] = "";
	unsigned int i;

	for (i = 0; i < nr_volumes; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s\n",
			 volumes[i].name);
	reply->text = strdup(text);
	return 0;
}

static int answer_step(const struct tandem_dm_task *task, struct tandem_dm_reply *reply)
{
	const struct mock_dm_step *step;

	if (next_step == nr_steps)
		fail_msg("task nobody expected: op %u, %s, %s", task->op,
			 task->name ? task->name : "-", task->text ? task->text : "-");
	step = &steps[next_step++];
	if (task->op != step->op)
		fail_msg("task %u is op %u, not %u (%s)", next_step - 1, task->op, step->op,
			 task->text ? task->text : "-");
	if (step->name)
		assert_string_equal(task->name, step->name);
	if (step->text)
		assert_string_equal(task->text, step->text);
	if (task->op == TANDEM_DM_LOAD && step->sectors)
		assert_int_equal(task->sectors, step->sectors);
	if (step->answer) {
		reply->exists = true;
		reply->text = strdup(step->answer);
		reply->sectors = step->sectors;
		snprintf(reply->target, sizeof(reply->target), "tandem");
	}
	if (!step->error && (task->op == TANDEM_DM_SUSPEND || task->op == TANDEM_DM_RESUME))
		all_suspended = task->op == TANDEM_DM_SUSPEND;
	if (!step->error && keeps && task->op == TANDEM_DM_CREATE)
		mock_dm_add_volume(task->name, task->uuid, 0);
	return step->error;
}

static int run(const struct tandem_dm_task *task, struct tandem_dm_reply *reply)
{
	if (all_error)
		return all_error;
	switch (task->op) {
	case TANDEM_DM_INFO:
		return answer_info(task, reply);
	case TANDEM_DM_LIST:
		return answer_list(reply);
	case TANDEM_DM_VERSION:
		reply->exists = target_exists;
		reply->version[0] = target_version;
		return 0;
	case TANDEM_DM_CREATE:
	case TANDEM_DM_LOAD:
	case TANDEM_DM_CLEAR:
	case TANDEM_DM_SUSPEND:
	case TANDEM_DM_RESUME:
	case TANDEM_DM_REMOVE:
	case TANDEM_DM_STATUS:
	case TANDEM_DM_TABLE:
	case TANDEM_DM_MESSAGE:
		break;
	}
	return answer_step(task, reply);
}

static int node(const char *name, bool present)
{
	snprintf(mock_dm_node_name, sizeof(mock_dm_node_name), "%s", name);
	mock_dm_node_present = present;
	return 0;
}

static int event_open(void)
{
	return all_error ? all_error : open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int event_arm(int fd)
{
	(void)fd;
	return 0;
}

static int event_wait(int fd, int timeout_ms)
{
	(void)fd;
	assert_true(timeout_ms > 0);
	if (++mock_dm_waits > 100)
		fail_msg("waits for ever");
	return mock_dm_wait_result;
}

const struct tandem_dm_ops mock_dm_ops = {
	.run = run,
	.node = node,
	.event_open = event_open,
	.event_arm = event_arm,
	.event_wait = event_wait,
};
