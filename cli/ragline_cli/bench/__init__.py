"""`ragline bench`: the pipeline measured in a closed loop."""
