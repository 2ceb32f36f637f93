"""リスク評価: how attacks run through a model of data linkage, and what measures do about it.

`model` and `catalogue` read data, `rules` make the graph, `chances` compute exactly, `assessing`
draws uncertain inputs, `result` joins it all, `telling` says it. Estimates, never predictions.
"""
