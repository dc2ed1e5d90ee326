"""The servers of a topology, beyond those of `ragline up`: clusters, small disks, false clocks."""
