#!/usr/bin/env bash
# Whatever of ours the library uses, it defines: the linker cannot tell, because the server's symbols come later.
if [ ! -f pg_tviews.so ]; then
    echo "pg_tviews.so is not built"
    exit 1
fi
if nm -D -C --undefined-only pg_tviews.so | grep 'pgtv::'; then
    echo "cure: define it, or do not land the caller yet"
    exit 1
fi
