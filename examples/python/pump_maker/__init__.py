"""A pump maker's orders from quote to cash: what a host of dealdesk looks like in Python."""
