#include "scan/build_id.h"

#include <link.h>

#define NAME "GNU" /* with its NUL: 4 bytes */

static size_t
padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

static struct sek_str
find_in(const char *p, size_t n)
{
	ElfW(Nhdr) note;

	while (n >= sizeof(note)) {
		size_t name, size;

		memcpy(&note, p, sizeof(note));
		p += sizeof(note);
		n -= sizeof(note);
		name = padded(note.n_namesz);
		size = padded(note.n_descsz);
		if (name > n || size > n - name)
			break;
		if (note.n_type == NT_GNU_BUILD_ID &&
		    note.n_namesz == sizeof(NAME) &&
		    !memcmp(p, NAME, sizeof(NAME)))
			return (struct sek_str){p + name, note.n_descsz};
		p += name + size;
		n -= name + size;
	}
	return (struct sek_str){NULL, 0};
}

/* The first object that is told is the program itself. */
static int
look(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct sek_str *out = arg;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum && !out->n; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t at = info->dlpi_addr + h->p_vaddr;

		if (h->p_type == PT_NOTE)
			*out = find_in((const char *)at, h->p_memsz);
	}
	return 1;
}

struct sek_str
sek_build_id(void)
{
	struct sek_str id = {NULL, 0};

	dl_iterate_phdr(look, &id);
	return id;
}
