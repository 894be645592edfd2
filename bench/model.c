// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MessageBox model in numbers.  The shape is in model.h.
 *
 * The fixed bytes of a message (8192) are shared out as the records of a
 * PostgreSQL stand-in with the documented table names were (publish 3,064 B
 * without the body, dequeue and complete 1,343 B, purge and tracking 1,457 B):
 * 52 %, 23 %, 25 %.  The body is logged once when it is published and once
 * more, as a before-image, when it is purged: half of the factor each.
 */
#include <math.h>
#include <string.h>

#include "model.h"

#define MODEL_STREAM 2
#define PUBLISH_SHARE 0.52
#define COMPLETE_SHARE 0.23
/* Bytes of a row that fit on one 8 KiB page. */
#define PAGE_ROW_BYTES 8040.0
/* A tracked byte is logged when it is deleted here and when it is inserted there. */
#define MOVE_FACTOR 2
#define BODY_COPIES 2
#define BAM_MESSAGE_BYTES 600
#define BAM_EVENT_BYTES 230
#define BAM_INDEX_LEAVES 3

/* What is inserted where tracking and BAM keep it; what they add to a publish is logged there. */
static void add_options(struct model *model, const struct model_config *config)
{
	double *bytes = model->bytes, *dirtyings = model->dirtyings;
	double bodies = BODY_COPIES * (double)config->body_bytes;

	if (config->tracked_bytes) {
		bytes[COMMIT_PUBLISH] += config->tracked_bytes;
		dirtyings[COMMIT_PUBLISH] += config->tracked_bytes / PAGE_ROW_BYTES;
		bytes[COMMIT_TRACK] = MOVE_FACTOR * (double)config->tracked_bytes;
		dirtyings[COMMIT_TRACK] = MOVE_FACTOR * config->tracked_bytes / PAGE_ROW_BYTES;
	}
	if (config->tracked_bodies) {
		bytes[COMMIT_COPY] = bodies;
		dirtyings[COMMIT_COPY] = bodies / PAGE_ROW_BYTES;
	}
	if (config->bam_events) {
		bytes[COMMIT_PUBLISH] += BAM_MESSAGE_BYTES;
		bytes[COMMIT_IMPORT] = BAM_EVENT_BYTES * (double)config->bam_events;
		dirtyings[COMMIT_IMPORT] = BAM_INDEX_LEAVES +
					   bytes[COMMIT_IMPORT] / PAGE_ROW_BYTES;
	}
}

void model_init(struct model *model, const struct model_config *config)
{
	uint32_t body_bytes = config->body_bytes;
	const struct model_law *law = &config->law;
	double *bytes = model->bytes, once = law->body_factor / 2;

	memset(model, 0, sizeof(*model));
	random_init(&model->random, config->seed, MODEL_STREAM);
	model->nr_pages = config->nr_pages;
	model->purge_batch = config->purge_batch;
	model->law = config->law;
	bytes[COMMIT_PUBLISH] = floor(PUBLISH_SHARE * law->fixed_bytes + once * body_bytes);
	bytes[COMMIT_COMPLETE] = floor(COMPLETE_SHARE * law->fixed_bytes);
	bytes[COMMIT_PURGE] = law->fixed_bytes + 2 * once * body_bytes - bytes[COMMIT_PUBLISH] -
			      bytes[COMMIT_COMPLETE];
	model->row_pages = 1 + body_bytes / PAGE_ROW_BYTES;
	model->dirtyings[COMMIT_PUBLISH] = law->dirtyings + body_bytes / PAGE_ROW_BYTES;
	model->dirtyings[COMMIT_PURGE] = 1.0;
	add_options(model, config);
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

uint32_t model_reads(struct model *model, uint32_t messages)
{
	double owed = model->carried_reads + model->row_pages * messages;
	uint32_t whole = (uint32_t)owed;

	model->carried_reads = owed - whole;
	return whole;
}

/* The continuous law stands in for the discrete one: x^-s on [1, n + 1). */
static uint64_t zipf_page(struct model *model)
{
	double power = 1 - model->law.zipf_exponent;
	double end = pow((double)model->nr_pages + 1, power);
	double rank = pow(end + random_unit(&model->random) * (1 - end), 1 / power);

	return random_mix((uint64_t)rank) % model->nr_pages;
}

uint64_t model_page(struct model *model)
{
	const struct model_law *law = &model->law;
	double choice = random_unit(&model->random);

	if (choice <= law->absorption)
		return model->recent_page;
	choice = (choice - law->absorption) / (1 - law->absorption);
	if (choice <= law->append_share) {
		model->append_page = (model->append_page + 1) % model->nr_pages;
		model->recent_page = model->append_page;
	} else if (choice <= law->append_share + law->uniform_share) {
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
	case COMMIT_TRACK:
		return "track";
	case COMMIT_COPY:
		return "copy";
	case COMMIT_IMPORT:
		return "import";
	case COMMIT_CLASSES:
		break;
	}
	return "unknown";
}
