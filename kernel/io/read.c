// SPDX-License-Identifier: GPL-2.0-only
/*
 * A read.
 *
 *	map    region sure: a leg by policy, REMAPPED, nothing else
 *	       region unsure: wait until the copier has made it equal
 *	       every leg in doubt (set->doubt): wait for the judgement
 *	end    good, and no doubt came up since: done
 *	       error of the leg: another leg, from a work item; the first error
 *	       is the caller's if no leg can answer (I5)
 *
 * Decisions: every attempt goes through pick(), the one place that says which
 * legs may be read where (I21). A read error never fails a leg: the block
 * came from another one, and a leg that is really dead fails at its next
 * write. A read-only assembly cannot make a region equal: there the pin alone
 * answers for unsure regions, or nobody does (K3). What nobody has written is read
 * from the set's home; if that cannot, the region is made equal first, through the log
 * as if it had been written to, for another leg would answer otherwise.
 */
#include "sys.h"
#include "core/fault.h"
#include "core/read_policy.h"
#include "io/copy.h"
#include "io/latency.h"
#include "io/log.h"
#include "io/lost.h"
#include "io/map.h"
#include "io/pace.h"
#include "io/region.h"
#include "io/request.h"

/* There is something in it that nobody has written, other on each leg. */
#define BARE	(TANDEM_REGION_NEVER | TANDEM_REGION_PARTLY)

/*
 * What says where a request may be read. Each is at least as new as those before it: who
 * sees a new home sees that the old one fails, or is on record (io/fault.c); and legs come
 * before the word, for one that became current was filled past what is LOST by now.
 */
struct sight {
	u8 home;
	u32 masks;
	u32 word;
};

static struct sight look(const struct tandem_request *request)
{
	const struct tandem_set *set = request->set;
	struct sight sight;

	/* Pairs with tandem_fault_fail_leg(). */
	sight.home = smp_load_acquire(&set->home);
	sight.masks = atomic_read_acquire(&set->masks);
	sight.word = atomic_read(&set->region[request->region]);
	return sight;
}

/*
 * Until the copier has made the region equal. Or, where nobody has written, until a
 * failed leg is recorded: it may be the home again after a crash. A home that has left
 * since it was looked at is looked for again.
 */
static bool waits(const struct tandem_request *request, const struct sight *sight)
{
	if (!(sight->word & (TANDEM_REGION_UNSURE | BARE)))
		return false;
	return sight->word & TANDEM_REGION_UNSURE || TANDEM_FAILING(sight->masks) ||
	       !(TANDEM_READABLE(sight->masks) & sight->home) ||
	       (sight->word & TANDEM_REGION_PARTLY && request->tried & sight->home);
}

bool tandem_read_waits(const struct tandem_request *request)
{
	u32 word = atomic_read(&request->set->region[request->region]);
	struct sight sight;

	if (likely(!(word & (TANDEM_REGION_UNSURE | BARE))))
		return false;
	sight = look(request);
	return waits(request, &sight);
}

/*
 * Where the word of the region says that not all legs may be read, those that may; or
 * -EAGAIN: the request has to wait, for what must_wait() saw is over.
 */
static int bound_to(const struct tandem_request *request)
{
	struct sight sight = look(request);
	u8 readable = TANDEM_READABLE(sight.masks);

	if (waits(request, &sight) && !request->array->params.read_only)
		return -EAGAIN;
	/* What nobody could read: a leg that was filled since has anything there. */
	if (sight.word & TANDEM_REGION_LOST && tandem_lost_covers(request))
		return 0;
	/* Read-only, or we would wait: the pin stays who it is. */
	if (sight.word & TANDEM_REGION_UNSURE)
		return readable & request->set->pin;
	return sight.word & BARE ? readable & sight.home : readable;
}

/*
 * Legs of the best class, without those that sit out. They change at any time, and whatever
 * is seen of it will do.
 */
static noinline u8 wanted(const struct tandem_set *set, u8 legs)
{
	u8 avoided = READ_ONCE(set->avoided);
	u8 rest = tandem_read_rest(READ_ONCE(set->preferred), avoided);

	return tandem_read_brisk(tandem_read_wanted(legs, rest, avoided), READ_ONCE(set->sitting));
}

/*
 * Position of the leg that is to answer, -EIO, or -EAGAIN: wait. @among: legs (bits) of which
 * it is one, and any other would do as well. What an administrator would
 * rather have comes last: it chooses among legs that may be read, and adds none (I21).
 */
static int pick(struct tandem_request *request, u8 *among)
{
	struct tandem_set *set = request->set;
	struct tandem_leg *leg = tandem_set_leg(set, 0);
	struct tandem_read_choice choice = { -EIO, 0 };
	u8 suspect = TANDEM_SUSPECT(request->doubt);
	u8 legs;
	int i, bound;
	u32 word;

	/* Legs first, as in look(). */
	legs = TANDEM_READABLE(atomic_read_acquire(&set->masks));
	word = atomic_read(&set->region[request->region]);
	if (unlikely(word & (TANDEM_REGION_UNSURE | BARE | TANDEM_REGION_LOST))) {
		bound = bound_to(request);
		if (bound < 0)
			return bound;
		legs = bound;
	}
	if (unlikely(legs & suspect) && legs & ~suspect)
		legs &= ~suspect;
	legs = tandem_read_left(legs, request->tried);
	if (unlikely(legs & READ_ONCE(set->rest)))
		legs = wanted(set, legs);
	*among = legs;
	for (i = 0; legs >> i; i++, leg++)
		if (legs & 1u << i &&
		    tandem_read_offer(&choice, i, READ_ONCE(leg->next_sector) == request->sector,
				      atomic_read(&leg->reads_in_flight)))
			break;
	return choice.position;
}

/* Aims the bio at a leg: 0; or as pick(). */
static int aim(struct tandem_request *request)
{
	struct tandem_leg *leg;
	int position;
	u8 among;

	position = pick(request, &among);
	if (position < 0)
		return position;
	leg = tandem_set_leg(request->set, position);
	WRITE_ONCE(leg->next_sector, request->sector + bio_sectors(request->bio));
	if (unlikely(READ_ONCE(leg->sampled) != (u32)jiffies)) {
		position = tandem_latency_begin(request, among, position);
		leg = tandem_set_leg(request->set, position);
	}
	request->position = position;
	atomic_inc(&leg->reads_in_flight);
	request->bio->bi_iter.bi_sector =
		request->array->super->data_offset_sectors + request->sector;
	return 0;
}

static enum tandem_result first_error(struct tandem_request *request)
{
	return request->error == TANDEM_RESULT_OK ? TANDEM_RESULT_IOERR : request->error;
}

/* Nobody has written there, and the home cannot read it; but others may. */
static bool must_be_logged(const struct tandem_request *request)
{
	const struct tandem_set *set = request->set;
	u8 home;

	if (likely(!request->tried))
		return false;
	/* One that has left meanwhile does no harm: the region is logged, and made equal. */
	home = READ_ONCE(set->home);
	return request->tried & home &&
	       (u32)atomic_read(&set->region[request->region]) & TANDEM_REGION_NEVER &&
	       TANDEM_READABLE(atomic_read(&set->masks)) & ~home;
}

/* The record has been written, or could not be. The reference is that of must_wait(). */
void tandem_read_logged(struct tandem_request *request, bool good)
{
	struct tandem_set *set = request->set;

	if (good)
		tandem_map_touch(request);
	if (tandem_region_put(&set->region[request->region]))
		tandem_copy_kick(set);
	if (good)
		tandem_read_resume(request);
	else
		tandem_request_finish(request, first_error(request));
}

/* Hands the read to the copier. The request may be done and gone by then. */
static void park(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	struct tandem_set *set = request->set;
	unsigned long flags;

	spin_lock_irqsave(&array->lock, flags);
	list_add_tail(&request->node, &set->wanted);
	spin_unlock_irqrestore(&array->lock, flags);
	tandem_copy_kick(set);
}

/* An unsure region that may be made equal, or one that is about to be unsure: it waits. */
static bool must_wait(struct tandem_request *request)
{
	struct tandem_array *array = request->array;
	struct tandem_set *set = request->set;

	/* The doubt first: it goes when what it leaves behind is marked unsure. */
	request->doubt = atomic_read_acquire(&set->doubt);
	if (must_be_logged(request) && !array->params.read_only) {
		tandem_region_get(&set->region[request->region]);
		atomic_andnot(TANDEM_REGION_CLEANING, &set->region[request->region]);
		tandem_log_add(request);
		return true;
	}
	if (likely(!tandem_set_is_in_doubt(set, request->doubt) && !tandem_read_waits(request)))
		return false;
	if (array->params.read_only)
		return false;
	park(request);
	return true;
}

/*
 * The first attempt asks of the region no more than pick() does: nothing has been tried, so
 * there is nothing to be logged. The doubt comes first, as in must_wait().
 */
enum tandem_disposition tandem_read_map(struct tandem_request *request)
{
	int error;

	tandem_pace_enter(request);
	request->doubt = atomic_read_acquire(&request->set->doubt);
	if (tandem_set_is_in_doubt(request->set, request->doubt) && must_wait(request))
		return TANDEM_MAP_SUBMITTED;
	error = aim(request);
	if (likely(!error))
		return TANDEM_MAP_REMAPPED;
	if (error == -EAGAIN) {
		park(request);
		return TANDEM_MAP_SUBMITTED;
	}
	tandem_pace_leave(request);
	return TANDEM_MAP_ERROR;
}

/* From a work item: after waiting, or after an error. */
void tandem_read_resume(struct tandem_request *request)
{
	struct bio *bio = request->bio;
	int error;

	if (must_wait(request))
		return;
	bio->bi_iter = request->iter;
	tandem_bio_rearm(bio);
	error = aim(request);
	if (!error)
		tandem_disk_submit(tandem_set_leg(request->set, request->position)->disk, bio, bio);
	else if (error == -EAGAIN)
		park(request);
	else
		tandem_request_finish(request, first_error(request));
}

/*
 * A leg that failed while it answered may have lost its cache first: another
 * one is asked. If all have, what this one said is perhaps not what the next
 * read will get (K3): the read is sent again, and waits where it has to. A
 * read-only array settles nothing, and the pin answers.
 */
static bool is_doubtful(struct tandem_request *request, struct tandem_leg *leg)
{
	struct tandem_set *set = leg->set;
	u32 doubt = atomic_read(&set->doubt);
	u8 good = TANDEM_READABLE(atomic_read(&set->masks)) & ~TANDEM_SUSPECT(doubt);

	if (likely(good & leg->bit && doubt == request->doubt))
		return false;
	if (good && !(good & leg->bit))
		request->tried |= leg->bit;
	else if (request->array->params.read_only)
		return false;
	return true;
}

bool tandem_request_end(struct tandem_request *request, blk_status_t *status)
{
	enum tandem_result result;
	struct tandem_leg *leg;

	/* Not at a leg: whoever ends it here has settled it. */
	if (request->position < 0)
		return false;
	result = likely(*status == BLK_STS_OK) ? TANDEM_RESULT_OK : tandem_request_result(*status);
	tandem_pace_leave(request);
	leg = tandem_set_leg(request->set, request->position);
	request->position = -1;
	atomic_dec(&leg->reads_in_flight);
	if (unlikely(READ_ONCE(leg->timed) == request))
		tandem_latency_end(request, leg, result);
	if (likely(result == TANDEM_RESULT_OK)) {
		if (likely(!is_doubtful(request, leg)))
			return false;
		tandem_request_retry(request);
		return true;
	}
	if (request->bio->bi_opf & REQ_RAHEAD)
		return false;

	switch (tandem_fault_class(TANDEM_OP_READ, result)) {
	case TANDEM_CLASS_OK:
	case TANDEM_CLASS_CALLER:
	case TANDEM_CLASS_UNSUPPORTED:
	case TANDEM_NR_CLASSES:
		return false;
	case TANDEM_CLASS_RETRY:
		if (request->attempts++ < TANDEM_RETRY_ATTEMPTS)
			break;
		fallthrough;
	case TANDEM_CLASS_MEDIUM:
	case TANDEM_CLASS_DEVICE:
		request->tried |= leg->bit;
		atomic64_inc(&leg->errors[0]);
		if (request->error == TANDEM_RESULT_OK)
			request->error = result;
		break;
	}
	tandem_request_retry(request);
	return true;
}
