#include "vault/keyring_file_item.h"

/* Any bytes as an item's file, its plain text and scrypt's parameters: refused,
 * or within what the rest relies on, and written as they were. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t n);

static void
must(bool x)
{
	if (!x)
		__builtin_trap();
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t n)
{
	const struct sek_str s = {(const char *)data, n};
	sek_auto_secret *again = sek_secret_new(SEK_ITEM_PLAIN);
	unsigned char head[SEK_ITEM_HEAD], params[SEK_SCRYPT_SIZE];
	struct sek_item_file file;
	struct sek_scrypt scrypt;
	struct sek_item item;

	if (sek_item_file_read(&file, s)) {
		must(file.sealed.n >= SEK_ITEM_FIXED + SEK_ITEM_TAG);
		sek_item_head_write(head, &file);
		must(!memcmp(head, data, sizeof(head)));
	}
	if (sek_item_read(&item, s)) {
		must(item.name.n && item.value.n && item.expires >= 0);
		must(!sek_item_write(again, &item, NULL));
		must(sek_str_eq(sek_secret_str(again), s));
	}
	if (sek_scrypt_read(&scrypt, s)) {
		must(scrypt.log_n >= 15 && scrypt.log_n <= 18);
		sek_scrypt_write(params, &scrypt);
		must(!memcmp(params, data, sizeof(params)));
	}
	return 0;
}
