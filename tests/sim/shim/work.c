// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work items, waiting and time.
 */
#include "sched.h"

#define READY		0x77726b31u
#define TICKS_PER_JIFFY	(1000000u / HZ)
#define START_TICKS	30u		/* a queued item begins within this */
#define PATIENCE_TICKS	3600000000ull	/* an hour: nobody will come any more */

void sim_work_init(struct work_struct *work, work_func_t func)
{
	memset(work, 0, sizeof(*work));
	work->func = func;
	work->ready = READY;
}

struct workqueue_struct *sim_workqueue_create(const char *name)
{
	struct workqueue_struct *wq = sim_alloc(1, sizeof(*wq), GFP_KERNEL);

	if (!wq)
		return NULL;
	wq->name = name;
	wq->color = 0;
	INIT_LIST_HEAD(&wq->pending);
	return wq;
}

void (*sim_work_done)(void);

static void run_work(void *argument)
{
	struct work_struct *work = argument;

	/* The item is busy on another processor: it comes round again. */
	if (work->running) {
		work->event = sim_after(1, SIM_EVENT_WORK, run_work, work);
		return;
	}
	list_del(&work->node);
	work->event = NULL;
	work->timer = false;
	work->running = true;
	work->func(work);
	work->running = false;
	if (sim_work_done)
		sim_work_done();
}

static bool enqueue(struct workqueue_struct *wq, struct work_struct *work, u64 delay)
{
	if (work->ready != READY)
		sim_fail("work", "a work item that was not set up is queued");
	if (work->event)
		return false;
	work->color = wq->color;
	work->timer = delay;
	list_add_tail(&work->node, &wq->pending);
	delay = delay * TICKS_PER_JIFFY + sim_below(SIM_RANDOM_SCHEDULE, START_TICKS);
	work->event = sim_after(delay, SIM_EVENT_WORK, run_work, work);
	sim_preempt();
	return true;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return enqueue(wq, work, 0);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay)
{
	return enqueue(wq, &work->work, delay);
}

static bool dequeue(struct work_struct *work)
{
	if (!work->event)
		return false;
	sim_cancel(work->event);
	work->event = NULL;
	list_del(&work->node);
	return true;
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay)
{
	bool was_pending = dequeue(&work->work);

	enqueue(wq, &work->work, delay);
	return was_pending;
}

static void may_wait(const char *what)
{
	if (sim_state.irq || sim_state.locks || sim_state.work || !sim_state.control)
		sim_fail("context", "%s: waiting is for the control path", what);
}

bool cancel_work_sync(struct work_struct *work)
{
	may_wait("cancel_work_sync");
	return dequeue(work);
}

bool cancel_delayed_work(struct delayed_work *work)
{
	return dequeue(&work->work);
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}

bool flush_work(struct work_struct *work)
{
	bool waited = work->event;

	may_wait("flush_work");
	while (work->event)
		sim_step();
	return waited;
}

bool flush_delayed_work(struct delayed_work *work)
{
	return flush_work(&work->work);
}

/* Items that wait for their time are not queued yet and are not waited for. */
static bool is_queued(struct workqueue_struct *wq, u64 color)
{
	struct work_struct *work;

	list_for_each_entry(work, &wq->pending, node)
		if (!work->timer && work->color <= color)
			return true;
	return false;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	u64 color = wq->color++;

	may_wait("flush_workqueue");
	while (is_queued(wq, color))
		sim_step();
}

void drain_workqueue(struct workqueue_struct *wq)
{
	may_wait("drain_workqueue");
	while (is_queued(wq, ~0ull))
		sim_step();
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	drain_workqueue(wq);
	if (!list_empty(&wq->pending))
		sim_fail("work", "a queue is destroyed while an item waits for its time");
	sim_free(wq);
}

void init_waitqueue_head(wait_queue_head_t *wait)
{
	wait->ready = READY;
	wait->woken = false;
}

void wake_up(wait_queue_head_t *wait)
{
	if (wait->ready != READY)
		sim_fail("wait", "wake-up on a queue that was not set up");
	wait->woken = true;
}

void sim_wait(wait_queue_head_t *wait, const char *what)
{
	u64 deadline = sim_now() + PATIENCE_TICKS;

	may_wait(what);
	while (!wait->woken)
		if (sim_now() > deadline || !sim_step())
			sim_fail("liveness", "nobody wakes who waits for: %s", what);
	wait->woken = false;
}

void init_completion(struct completion *completion)
{
	completion->done = 0;
	init_waitqueue_head(&completion->wait);
}

void reinit_completion(struct completion *completion)
{
	completion->done = 0;
}

void complete(struct completion *completion)
{
	completion->done++;
	wake_up(&completion->wait);
}

void wait_for_completion(struct completion *completion)
{
	wait_event(completion->wait, completion->done);
	completion->done--;
}

unsigned long sim_jiffies(void)
{
	return sim_now() / TICKS_PER_JIFFY;
}

u64 ktime_get_ns(void)
{
	return sim_now() * 1000;
}

void msleep(unsigned int ms)
{
	may_wait("msleep");
	sim_run((u64)ms * 1000);
}
