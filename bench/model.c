// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MessageBox model in numbers.  The shape is in model.h.
 *
 * The fixed 8192 bytes per message are shared out as the records of a
 * PostgreSQL stand-in with the documented table names were (publish 3,064 B
 * without the body, dequeue and complete 1,343 B, purge and tracking 1,457 B):
 * 52 %, 23 %, 25 %.  The body is logged once when it is published and once
 * more, as a before-image, when it is purged: 1.05 times each.
 */
#include <math.h>
#include <string.h>

#include "model.h"

#define MODEL_STREAM 2
#define FIXED_BYTES 8192.0
#define BODY_FACTOR 1.05
#define PUBLISH_SHARE 0.52
#define COMPLETE_SHARE 0.23
#define ABSORPTION 0.4
#define APPEND_SHARE 0.6
#define UNIFORM_SHARE 0.3
#define ZIPF_EXPONENT 1.2
/* Bytes of a row that fit on one 8 KiB page. */
#define PAGE_ROW_BYTES 8040.0

void model_init(struct model *model, const struct model_config *config)
{
	uint32_t body_bytes = config->body_bytes;
	double *bytes = model->bytes;

	memset(model, 0, sizeof(*model));
	random_init(&model->random, config->seed, MODEL_STREAM);
	model->nr_pages = config->nr_pages;
	model->purge_batch = config->purge_batch;
	bytes[COMMIT_PUBLISH] = floor(PUBLISH_SHARE * FIXED_BYTES + BODY_FACTOR * body_bytes);
	bytes[COMMIT_COMPLETE] = floor(COMPLETE_SHARE * FIXED_BYTES);
	bytes[COMMIT_PURGE] = FIXED_BYTES + 2 * BODY_FACTOR * body_bytes -
			      bytes[COMMIT_PUBLISH] - bytes[COMMIT_COMPLETE];
	model->dirtyings[COMMIT_PUBLISH] = 2.5 + body_bytes / PAGE_ROW_BYTES;
	model->dirtyings[COMMIT_PURGE] = 1.0;
}

double model_message_bytes(const struct model *model)
{
	return model_commit_bytes(model, COMMIT_PUBLISH, 1) +
	       model_commit_bytes(model, COMMIT_COMPLETE, 1) +
	       (double)model_commit_bytes(model, COMMIT_PURGE, model->purge_batch) /
	       model->purge_batch;
}

uint32_t model_commit_bytes(const struct model *model, enum commit_class class, uint32_t messages)
{
	return (uint32_t)(model->bytes[class] * messages);
}

unsigned int model_dirtyings(struct model *model, enum commit_class class, uint32_t messages)
{
	double owed = model->carried + model->dirtyings[class] * messages;
	unsigned int whole = (unsigned int)owed;

	model->carried = owed - whole;
	return whole;
}

/* The continuous law stands in for the discrete one: x^-s on [1, n + 1). */
static uint64_t zipf_page(struct model *model)
{
	double power = 1 - ZIPF_EXPONENT;
	double end = pow((double)model->nr_pages + 1, power);
	double rank = pow(end + random_unit(&model->random) * (1 - end), 1 / power);

	return random_mix((uint64_t)rank) % model->nr_pages;
}

uint64_t model_page(struct model *model)
{
	double choice = random_unit(&model->random);

	if (choice <= ABSORPTION)
		return model->recent_page;
	choice = (choice - ABSORPTION) / (1 - ABSORPTION);
	if (choice <= APPEND_SHARE) {
		model->append_page = (model->append_page + 1) % model->nr_pages;
		model->recent_page = model->append_page;
	} else if (choice <= APPEND_SHARE + UNIFORM_SHARE) {
		model->recent_page = random_below(&model->random, model->nr_pages);
	} else {
		model->recent_page = zipf_page(model);
	}
	return model->recent_page;
}

const char *commit_class_name(enum commit_class class)
{
	switch (class) {
	case COMMIT_PUBLISH:
		return "publish";
	case COMMIT_COMPLETE:
		return "complete";
	case COMMIT_PURGE:
		return "purge";
	case COMMIT_CLASSES:
		break;
	}
	return "unknown";
}
