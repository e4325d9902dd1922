#include "repo/commit_queue.h"

static bool
is_before(const struct sek_commit_queue_item *a,
    const struct sek_commit_queue_item *b)
{
	return a->date != b->date ? a->date > b->date : a->turn < b->turn;
}

static void
swap(struct sek_commit_queue_item *a, struct sek_commit_queue_item *b)
{
	struct sek_commit_queue_item was = *a;

	*a = *b;
	*b = was;
}

void
sek_commit_queue_add(struct sek_commit_queue *q, uint32_t commit, uint64_t date)
{
	size_t i = q->heap.n;

	*sek_vec_push(&q->heap) = (struct sek_commit_queue_item){
	    date, q->turn++, commit};
	for (struct sek_commit_queue_item *h = q->heap.at;
	     i && is_before(&h[i], &h[(i - 1) / 2]); i = (i - 1) / 2)
		swap(&h[i], &h[(i - 1) / 2]);
}

bool
sek_commit_queue_take(struct sek_commit_queue *q, uint32_t *commit)
{
	struct sek_commit_queue_item *h = q->heap.at;
	size_t n = q->heap.n, i = 0;

	if (!n)
		return false;
	*commit = h[0].commit;
	h[0] = h[--n];
	q->heap.n = n;
	for (;;) {
		size_t first = i, left = 2 * i + 1;

		if (left < n && is_before(&h[left], &h[first]))
			first = left;
		if (left + 1 < n && is_before(&h[left + 1], &h[first]))
			first = left + 1;
		if (first == i)
			return true;
		swap(&h[i], &h[first]);
		i = first;
	}
}

void
sek_commit_queue_clear(struct sek_commit_queue *q)
{
	sek_vec_clear(&q->heap);
}
