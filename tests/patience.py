"""How long a test waits for what must come.

Such waits end with the condition. Their limit only turns a hang into a failure, so it is far longer
than the condition takes on a machine whose cores others keep busy: a limit near the usual time
would measure the machine.
"""

PATIENCE_S = 300.0
