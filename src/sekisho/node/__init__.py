"""A running node: settings, wiring, and the work that joins the engines to the office.

Importing it configures Django, which the rooms of the office need before their models load.
"""

from sekisho.office.site.settings import configure

configure()
