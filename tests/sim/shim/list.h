/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doubly linked lists with the kernel's names. An entry that was taken off
 * points nowhere, so that taking it off again, or walking on from it, shows.
 */
#ifndef SIM_SHIM_LIST_H
#define SIM_SHIM_LIST_H

#include <shim/types.h>

struct list_head {
	struct list_head *next, *prev;
};

#define LIST_HEAD_INIT(name)	{ &(name), &(name) }
#define LIST_HEAD(name)		struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void sim_list_link(struct list_head *before, struct list_head *entry,
				 struct list_head *after)
{
	if (unlikely(before->next != after || after->prev != before || entry == before ||
		     entry == after))
		sim_fail("list", "a list is broken, or an entry is added twice");
	entry->prev = before;
	entry->next = after;
	before->next = entry;
	after->prev = entry;
}

static inline void list_add(struct list_head *entry, struct list_head *head)
{
	sim_list_link(head, entry, head->next);
}

static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	sim_list_link(head->prev, entry, head);
}

static inline void sim_list_unlink(struct list_head *entry)
{
	if (unlikely(!entry->next || entry->next->prev != entry || entry->prev->next != entry))
		sim_fail("list", "an entry is taken off a list that it is not on");
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
}

static inline void list_del(struct list_head *entry)
{
	sim_list_unlink(entry);
	entry->next = NULL;
	entry->prev = NULL;
}

static inline void list_del_init(struct list_head *entry)
{
	sim_list_unlink(entry);
	INIT_LIST_HEAD(entry);
}

static inline void list_move(struct list_head *entry, struct list_head *head)
{
	sim_list_unlink(entry);
	list_add(entry, head);
}

static inline void list_move_tail(struct list_head *entry, struct list_head *head)
{
	sim_list_unlink(entry);
	list_add_tail(entry, head);
}

static inline void sim_list_splice(struct list_head *list, struct list_head *before,
				   struct list_head *after)
{
	if (list_empty(list))
		return;
	list->next->prev = before;
	before->next = list->next;
	list->prev->next = after;
	after->prev = list->prev;
	INIT_LIST_HEAD(list);
}

static inline void list_splice_init(struct list_head *list, struct list_head *head)
{
	sim_list_splice(list, head, head->next);
}

static inline void list_splice_tail_init(struct list_head *list, struct list_head *head)
{
	sim_list_splice(list, head->prev, head);
}

#define list_entry(ptr, type, field)		container_of(ptr, type, field)
#define list_first_entry(head, type, field)	list_entry((head)->next, type, field)
#define list_last_entry(head, type, field)	list_entry((head)->prev, type, field)
#define list_first_entry_or_null(head, type, field) \
	(list_empty(head) ? NULL : list_first_entry(head, type, field))
#define list_next_entry(pos, field)	list_entry((pos)->field.next, __typeof__(*(pos)), field)
#define list_for_each_entry(pos, head, field)					\
	for (pos = list_first_entry(head, __typeof__(*pos), field);		\
	     &pos->field != (head); pos = list_next_entry(pos, field))
#define list_for_each_entry_safe(pos, next_pos, head, field)			\
	for (pos = list_first_entry(head, __typeof__(*pos), field),		\
	     next_pos = list_next_entry(pos, field);				\
	     &pos->field != (head);						\
	     pos = next_pos, next_pos = list_next_entry(next_pos, field))

#endif
