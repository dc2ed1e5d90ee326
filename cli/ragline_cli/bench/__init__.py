"""`ragline bench`: measures the pipeline in a closed loop."""
