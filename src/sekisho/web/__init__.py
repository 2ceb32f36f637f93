"""The pages: views, forms, templates and the server. Each view parses, makes one call, renders.

Importing it configures Django with what pages need besides the rooms: it has to be imported before
`sekisho.node`, which otherwise configures the rooms alone.
"""

from sekisho.web.setup import configure

configure()
