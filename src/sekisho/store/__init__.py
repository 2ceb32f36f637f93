"""Where parcels lie between nodes: a folder, a bucket or a share that nobody has to trust.

`open_store(StoreSettings(...))` gives a `Store`; `layout` says which names mean what; `doctor`
examines a store before it is relied on.
"""

from sekisho.store.opening import StoreSettings, create_store, open_store
from sekisho.store.protocol import Data, Entry, NotThere, Store, check_name

__all__ = [
    "Data",
    "Entry",
    "NotThere",
    "Store",
    "StoreSettings",
    "check_name",
    "create_store",
    "open_store",
]
