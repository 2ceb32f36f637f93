"""Rows of flows: what is registered, what was passed, what was asked and decided."""

from django.db import models


class Flow(models.Model):
    """A registered recurring exchange. `edition` counts its changes."""

    code = models.CharField(max_length=24, primary_key=True)
    name = models.CharField(max_length=100)
    purpose = models.CharField(max_length=300, blank=True)
    basis = models.CharField(max_length=300, blank=True)
    basis_until = models.DateField(null=True)
    from_node = models.CharField(max_length=32, blank=True)
    from_body = models.CharField(max_length=100, blank=True)
    to_node = models.CharField(max_length=32, blank=True)
    to_body = models.CharField(max_length=100, blank=True)
    owner = models.CharField(max_length=64, blank=True)
    unit = models.CharField(max_length=100, blank=True, db_index=True)
    frequency = models.CharField(max_length=12)
    due = models.CharField(max_length=8, blank=True)
    per_year = models.IntegerField(default=0)
    label = models.CharField(max_length=40, blank=True)
    medium = models.CharField(max_length=12)
    addressees = models.JSONField(default=list)
    files = models.JSONField(default=list)
    valid_from = models.DateField(null=True)
    valid_until = models.DateField(null=True)
    note = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=12, db_index=True)
    edition = models.IntegerField(default=1)
    created = models.DateTimeField()
    changed = models.DateTimeField()


class FlowItem(models.Model):
    """One data item that a flow may carry."""

    flow = models.ForeignKey(Flow, on_delete=models.CASCADE, related_name="items")
    position = models.IntegerField()
    name = models.CharField(max_length=100)
    personal = models.BooleanField(default=False)
    number = models.BooleanField(default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["flow", "position"], name="flow_item_place"),
        ]


class FlowUse(models.Model):
    """One transfer that was submitted under a flow. `columns` are the headings seen in its
    tables, `tables` says in how many files there were any."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="uses")
    transfer_id = models.CharField(max_length=40, unique=True)
    submitted = models.DateTimeField(db_index=True)
    files = models.IntegerField()
    bytes = models.BigIntegerField()
    tables = models.IntegerField(default=0)
    columns = models.JSONField(default=list)


class HearingSheet(models.Model):
    """A questionnaire for one division: which flows stood on it, in which edition each."""

    sheet_id = models.CharField(max_length=40, primary_key=True)
    unit = models.CharField(max_length=100)
    made = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    asked = models.JSONField(default=dict)
    taken = models.DateTimeField(null=True)


class FlowDecision(models.Model):
    """What was decided about a flow, from which day, by whom, why, and what it changed."""

    flow = models.ForeignKey(Flow, on_delete=models.PROTECT, related_name="decisions")
    choice = models.CharField(max_length=12)
    day = models.DateField(db_index=True)
    person = models.CharField(max_length=100)
    reason = models.CharField(max_length=400, blank=True)
    unit = models.CharField(max_length=100, blank=True)
    per_year_before = models.IntegerField()
    per_year_after = models.IntegerField()
    medium_before = models.CharField(max_length=12)
    medium_after = models.CharField(max_length=12, blank=True)
    items_before = models.IntegerField()
    items_after = models.IntegerField()
    sheet_id = models.CharField(max_length=40, blank=True)
    made = models.DateTimeField()
    made_by = models.CharField(max_length=64)

    class Meta:
        ordering = ["made", "id"]
