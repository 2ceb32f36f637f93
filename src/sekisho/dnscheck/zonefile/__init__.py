"""Zone files in the form of BIND (RFC 1035, section 5; RFC 2308 for `$TTL`), read strictly.

`tokens` cuts a file into entries, `rdata` knows the forms of data by type, `reader` keeps owner,
origin and TTL from one entry to the next.
"""
