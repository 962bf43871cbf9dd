"""Delivery at most once: the durable record, sending row by row, and asking for statuses."""
