// SPDX-License-Identifier: GPL-2.0-only
/*
 * Work queues on threads: each queue has WORKERS of them, and one mutex that orders
 * queueing before running and running before whoever waits for its end, as the
 * kernel's pool lock does.
 *
 * Flushing waits for what was queued before it and is due: a delayed item whose
 * time has not come is not waited for, as in the kernel.
 */
#include <stdlib.h>
#include <time.h>

#include "mt.h"

#define WORKERS		3
#define NS_PER_S	1000000000ull

struct workqueue_struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;		/* something is due, or has ended, or all is over */
	struct list_head pending;
	struct work_struct *running[WORKERS];
	u64 next_number;
	bool over;
	pthread_t worker[WORKERS];
};

struct worker {
	struct workqueue_struct *wq;
	unsigned int place;
};

/* Of every queue, since a work item does not say which one it is in. */
static pthread_mutex_t pool = PTHREAD_MUTEX_INITIALIZER;
static struct workqueue_struct *the_queue;

u64 ktime_get_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void cond_start(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attributes);
	pthread_condattr_destroy(&attributes);
}

static int wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, u64 ns)
{
	struct timespec time = { ns / NS_PER_S, ns % NS_PER_S };

	return pthread_cond_timedwait(cond, mutex, &time);
}

/* Nobody signals: the engine has asked for time to pass. */
void msleep(unsigned int ms)
{
	u64 deadline = ktime_get_ns() + ms * 1000000ull;
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t cond;

	cond_start(&cond);
	pthread_mutex_lock(&mutex);
	while (!wait_until(&cond, &mutex, deadline))
		;
	pthread_mutex_unlock(&mutex);
}

void mt_work_init(struct work_struct *work, work_func_t func)
{
	memset(work, 0, sizeof(*work));
	work->func = func;
}

/* The first item that is due and not running; else when to look again. */
static struct work_struct *next_due(struct workqueue_struct *wq, u64 now, u64 *again)
{
	struct work_struct *work;

	*again = now + NS_PER_S;
	list_for_each_entry(work, &wq->pending, node) {
		if (work->running)
			continue;
		if (work->due_ns <= now)
			return work;
		*again = min(*again, work->due_ns);
	}
	return NULL;
}

static void *worker_main(void *argument)
{
	struct worker *worker = argument;
	struct workqueue_struct *wq = worker->wq;
	struct work_struct *work;
	u64 again;

	pthread_mutex_lock(&wq->mutex);
	while (!wq->over) {
		work = next_due(wq, ktime_get_ns(), &again);
		if (!work) {
			wait_until(&wq->cond, &wq->mutex, again);
			continue;
		}
		list_del(&work->node);
		work->pending = false;
		work->running = true;
		wq->running[worker->place] = work;
		pthread_mutex_unlock(&wq->mutex);
		mt_breathe();
		work->func(work);
		pthread_mutex_lock(&wq->mutex);
		wq->running[worker->place] = NULL;
		work->running = false;
		pthread_cond_broadcast(&wq->cond);
	}
	pthread_mutex_unlock(&wq->mutex);
	free(worker);
	return NULL;
}

struct workqueue_struct *mt_workqueue_create(void)
{
	struct workqueue_struct *wq = calloc(1, sizeof(*wq));
	struct worker *worker;
	unsigned int i;

	if (!wq)
		abort();
	pthread_mutex_init(&wq->mutex, NULL);
	cond_start(&wq->cond);
	INIT_LIST_HEAD(&wq->pending);
	pthread_mutex_lock(&pool);
	if (the_queue)
		sim_fail("shim", "one array at a time");
	the_queue = wq;
	pthread_mutex_unlock(&pool);
	for (i = 0; i < WORKERS; i++) {
		worker = malloc(sizeof(*worker));
		if (!worker)
			abort();
		*worker = (struct worker){ wq, i };
		if (pthread_create(&wq->worker[i], NULL, worker_main, worker))
			abort();
	}
	return wq;
}

void destroy_workqueue(struct workqueue_struct *wq)
{
	unsigned int i;

	pthread_mutex_lock(&wq->mutex);
	if (!list_empty(&wq->pending))
		sim_fail("shim", "a queue is destroyed with an item in it");
	wq->over = true;
	pthread_cond_broadcast(&wq->cond);
	pthread_mutex_unlock(&wq->mutex);
	for (i = 0; i < WORKERS; i++)
		pthread_join(wq->worker[i], NULL);
	pthread_mutex_lock(&pool);
	the_queue = NULL;
	pthread_mutex_unlock(&pool);
	pthread_mutex_destroy(&wq->mutex);
	pthread_cond_destroy(&wq->cond);
	free(wq);
}

static bool put(struct workqueue_struct *wq, struct work_struct *work, u64 delay_ms, bool modify)
{
	bool was;

	mt_breathe();
	pthread_mutex_lock(&wq->mutex);
	was = work->pending;
	if (!was) {
		work->pending = true;
		work->number = ++wq->next_number;
		list_add_tail(&work->node, &wq->pending);
	}
	if (!was || modify)
		work->due_ns = ktime_get_ns() + delay_ms * 1000000;
	pthread_cond_broadcast(&wq->cond);
	pthread_mutex_unlock(&wq->mutex);
	return modify ? was : !was;
}

bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	return put(wq, work, 0, false);
}

bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay)
{
	return put(wq, &work->work, delay, false);
}

bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay)
{
	return put(wq, &work->work, delay, true);
}

bool cancel_work_sync(struct work_struct *work)
{
	struct workqueue_struct *wq;
	bool was;

	pthread_mutex_lock(&pool);
	wq = the_queue;
	pthread_mutex_unlock(&pool);
	/* Set up, and its array has no queue any more or not yet. */
	if (!wq)
		return false;
	pthread_mutex_lock(&wq->mutex);
	was = work->pending;
	if (was)
		list_del(&work->node);
	work->pending = false;
	while (work->running)
		pthread_cond_wait(&wq->cond, &wq->mutex);
	pthread_mutex_unlock(&wq->mutex);
	return was;
}

bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}

static bool has_before(struct workqueue_struct *wq, u64 number, u64 now)
{
	struct work_struct *work;
	unsigned int i;

	for (i = 0; i < WORKERS; i++)
		if (wq->running[i] && wq->running[i]->number <= number)
			return true;
	list_for_each_entry(work, &wq->pending, node)
		if (work->number <= number && work->due_ns <= now)
			return true;
	return false;
}

void flush_workqueue(struct workqueue_struct *wq)
{
	u64 now = ktime_get_ns();
	u64 number;

	pthread_mutex_lock(&wq->mutex);
	number = wq->next_number;
	while (has_before(wq, number, now))
		pthread_cond_wait(&wq->cond, &wq->mutex);
	pthread_mutex_unlock(&wq->mutex);
}

void init_waitqueue_head(wait_queue_head_t *wait)
{
	pthread_mutex_init(&wait->mutex, NULL);
	cond_start(&wait->cond);
	wait->wakes = 0;
}

void wake_up(wait_queue_head_t *wait)
{
	pthread_mutex_lock(&wait->mutex);
	wait->wakes++;
	pthread_cond_broadcast(&wait->cond);
	pthread_mutex_unlock(&wait->mutex);
}

u64 mt_wait_begin(wait_queue_head_t *wait)
{
	u64 wakes;

	pthread_mutex_lock(&wait->mutex);
	wakes = wait->wakes;
	pthread_mutex_unlock(&wait->mutex);
	return wakes;
}

void mt_wait(wait_queue_head_t *wait, u64 wakes, const char *what)
{
	u64 deadline = ktime_get_ns() + mt_patience_s * NS_PER_S;

	pthread_mutex_lock(&wait->mutex);
	while (wait->wakes == wakes)
		if (wait_until(&wait->cond, &wait->mutex, deadline))
			sim_fail("wake-up", "nobody wakes who waits for: %s", what);
	pthread_mutex_unlock(&wait->mutex);
}
