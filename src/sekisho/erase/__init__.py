"""記録媒体の消去: find media, say which methods are allowed, erase, verify, and tell what remains.

`media` holds the values; `drives` talks to drives in their own commands; `finding` joins what the
system and the drive say; `planning` applies rules that are data; `overwriting` writes and verifies;
`firmware` lets a drive erase itself; `keys` destroys keys; `result` is the record of it all.
"""
