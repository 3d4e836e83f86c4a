"""The event stream: what happens in a tournament, to everybody who watches, as it happens.

A service of its own beside the web workers, which an open connection would hold. The way of an
event: a transaction publishes it (`dayrade.events`), the `placer` gives it its place in the one
order, the `bus` wakes the `hub` of every process, which reads it, has it written once (`shapes`)
and hands it to each of its `connections`.
"""
