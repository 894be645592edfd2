/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work items, waiting and time. Items of a queue run on several threads, one item
 * never twice at the same time, as in the kernel. A wait takes no lock while its
 * condition is true already: what it then relies on must be ordered otherwise.
 */
#ifndef MT_WORK_H
#define MT_WORK_H

#include <pthread.h>

#include <shim/types.h>
#include <shim/list.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);
struct workqueue_struct;

struct work_struct {
	work_func_t func;
	struct list_head node;		/* in the queue's list while pending */
	bool pending;
	bool running;
	u64 due_ns;
	u64 number;			/* of its last turn in the queue */
};

struct delayed_work {
	struct work_struct work;
};

#define WQ_UNBOUND		2u
#define WQ_MEM_RECLAIM		8u
#define WQ_HIGHPRI		16u

void mt_work_init(struct work_struct *work, work_func_t func);
struct workqueue_struct *mt_workqueue_create(void);
void destroy_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool cancel_work_sync(struct work_struct *work);

#define INIT_WORK(work, func)		mt_work_init(work, func)
#define INIT_DELAYED_WORK(dwork, func)	mt_work_init(&(dwork)->work, func)
#define to_delayed_work(ptr)		container_of(ptr, struct delayed_work, work)
#define alloc_workqueue(name, flags, max_active, ...)	mt_workqueue_create()

typedef struct {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
	u64 wakes;
} wait_queue_head_t;

void init_waitqueue_head(wait_queue_head_t *wait);
void wake_up(wait_queue_head_t *wait);
u64 mt_wait_begin(wait_queue_head_t *wait);
void mt_wait(wait_queue_head_t *wait, u64 wakes, const char *what);

#define wait_event(wait, cond) do {			\
	u64 __wakes;					\
	while (!(cond)) {				\
		__wakes = mt_wait_begin(&(wait));	\
		if (cond)				\
			break;				\
		mt_wait(&(wait), __wakes, #cond);	\
	}						\
} while (0)

/* A jiffy is a millisecond. */
#define HZ			1000
#define jiffies			((unsigned long)(ktime_get_ns() / 1000000))
#define msecs_to_jiffies(ms)	((unsigned long)(ms))
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
u64 ktime_get_ns(void);
void msleep(unsigned int ms);
#define cond_resched()		do { } while (0)

#endif
