/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work items, waiting and time, for the simulator: all are events of the
 * scheduler. A work item never runs twice at the same time; different items of
 * a queue may (the second one inside the first, see sim_preempt()).
 *
 * Waiting is for the control path and evaluates its condition only after a
 * wake-up, as the kernel may do: a wake-up that is forgotten hangs here too.
 */
#ifndef SIM_SHIM_WORK_H
#define SIM_SHIM_WORK_H

#include <shim/types.h>
#include <shim/list.h>

struct work_struct;
struct sim_event;
typedef void (*work_func_t)(struct work_struct *work);

struct workqueue_struct {
	const char *name;
	struct list_head pending;
	u64 color;			/* of what is queued now; flush starts a new one */
};

struct work_struct {
	work_func_t func;
	u32 ready;
	bool running;
	bool timer;			/* not queued yet: waits for its time */
	u64 color;
	struct sim_event *event;	/* NULL: not pending */
	struct list_head node;		/* in wq->pending */
};

struct delayed_work {
	struct work_struct work;
};

#define WQ_UNBOUND		2u
#define WQ_MEM_RECLAIM		8u
#define WQ_HIGHPRI		16u

void sim_work_init(struct work_struct *work, work_func_t func);
struct workqueue_struct *sim_workqueue_create(const char *name);
void destroy_workqueue(struct workqueue_struct *wq);
void drain_workqueue(struct workqueue_struct *wq);
void flush_workqueue(struct workqueue_struct *wq);
bool queue_work(struct workqueue_struct *wq, struct work_struct *work);
bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
			unsigned long delay);
bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
		      unsigned long delay);
bool cancel_work_sync(struct work_struct *work);
bool cancel_delayed_work(struct delayed_work *work);
bool cancel_delayed_work_sync(struct delayed_work *work);
bool flush_work(struct work_struct *work);
bool flush_delayed_work(struct delayed_work *work);

#define INIT_WORK(work, func)		sim_work_init(work, func)
#define INIT_DELAYED_WORK(dwork, func)	sim_work_init(&(dwork)->work, func)
#define to_delayed_work(ptr)		container_of(ptr, struct delayed_work, work)
#define alloc_workqueue(name, flags, max_active, ...)	sim_workqueue_create(name)
#define work_pending(work)		((work)->event != NULL)
#define delayed_work_pending(dwork)	work_pending(&(dwork)->work)

typedef struct {
	u32 ready;
	bool woken;
} wait_queue_head_t;

void init_waitqueue_head(wait_queue_head_t *wait);
void wake_up(wait_queue_head_t *wait);
#define wake_up_all(wait)	wake_up(wait)
/* Runs events until somebody calls wake_up(). */
void sim_wait(wait_queue_head_t *wait, const char *what);

#define wait_event(wait, cond) do {		\
	while (!(cond))				\
		sim_wait(&(wait), #cond);	\
} while (0)

struct completion {
	unsigned int done;
	wait_queue_head_t wait;
};

void init_completion(struct completion *completion);
void reinit_completion(struct completion *completion);
void complete(struct completion *completion);
void wait_for_completion(struct completion *completion);
#define wait_for_completion_io(completion)	wait_for_completion(completion)

#define HZ			250
#define jiffies			sim_jiffies()
#define msecs_to_jiffies(ms)	(((unsigned long)(ms) * HZ + 999) / 1000)
#define jiffies_to_msecs(j)	((unsigned int)((j) * 1000 / HZ))
#define time_after(a, b)	((long)((b) - (a)) < 0)
#define time_before(a, b)	time_after(b, a)
#define time_after_eq(a, b)	((long)((a) - (b)) >= 0)
unsigned long sim_jiffies(void);
u64 ktime_get_ns(void);
void msleep(unsigned int ms);
#define cond_resched()		do { } while (0)
#define might_sleep()		do { } while (0)

/* Called when an item has run; NULL: nobody wants to know. */
extern void (*sim_work_done)(void);

#endif
