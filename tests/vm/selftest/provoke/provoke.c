// SPDX-License-Identifier: GPL-2.0-only
/*
 * provoke: does one thing wrong when it is loaded, named by its parameter. Each
 * is what one checker of the debug kernel is there for, and harmless without it.
 *
 *	outside		writes behind its allocation (KASAN)
 *	freed		reads what it gave back (KASAN)
 *	index		reads behind an array in a structure (UBSAN)
 *	shift		shifts by more than there are bits (UBSAN)
 *	sleep		allocates under a spinlock as if it could wait (atomic sleep)
 *	order		takes two locks in both orders (lockdep)
 *	timer		frees a timer that runs (debug objects)
 *	leak		forgets an allocation (kmemleak)
 */

#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>

static char *what = "";
module_param(what, charp, 0444);
MODULE_PARM_DESC(what, "what to do wrong");

/* Neither the compiler nor the reader of the result is to foresee them. */
static volatile unsigned int nine = 9;
static volatile unsigned int forty = 40;
static volatile unsigned int sink;

static struct {
	unsigned int place[8];
	unsigned int behind[8];
} few;

static DEFINE_SPINLOCK(lock);
static DEFINE_MUTEX(first);
static DEFINE_MUTEX(second);

static void outside(void)
{
	char *bytes = kzalloc(9, GFP_KERNEL);

	if (bytes)
		((volatile char *)bytes)[nine] = 1;
	kfree(bytes);
}

static void freed(void)
{
	volatile unsigned int *number = kzalloc(sizeof(*number), GFP_KERNEL);

	kfree((void *)number);
	if (number)
		sink = *number;
}

static void index_behind(void)
{
	sink = few.place[nine];
}

static void shift(void)
{
	sink = 1U << forty;
}

static void sleep_in_lock(void)
{
	void *bytes;

	spin_lock(&lock);
	bytes = kmalloc(64, GFP_KERNEL);
	spin_unlock(&lock);
	kfree(bytes);
}

static void order(void)
{
	mutex_lock(&first);
	mutex_lock(&second);
	mutex_unlock(&second);
	mutex_unlock(&first);

	mutex_lock(&second);
	mutex_lock(&first);
	mutex_unlock(&first);
	mutex_unlock(&second);
}

static void never(struct timer_list *timer)
{
}

/* The checker stops the timer itself. */
static void timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, never, 0);
	mod_timer(timer, jiffies + 3600 * HZ);
	kfree(timer);
}

static void leak(void)
{
	void *bytes = kmalloc(777, GFP_KERNEL);

	sink = !bytes;
}

static int __init provoke_init(void)
{
	static const struct {
		const char *name;
		void (*make)(void);
	} wrongs[] = {
		{ "outside", outside }, { "freed", freed },
		{ "index", index_behind }, { "shift", shift },
		{ "sleep", sleep_in_lock }, { "order", order },
		{ "timer", timer }, { "leak", leak },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		if (!strcmp(what, wrongs[i].name)) {
			wrongs[i].make();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit provoke_exit(void)
{
}

module_init(provoke_init);
module_exit(provoke_exit);

MODULE_DESCRIPTION("does one thing wrong when it is loaded");
MODULE_LICENSE("GPL");
