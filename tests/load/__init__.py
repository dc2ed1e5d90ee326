"""Load on one gateway: thousands of open streams, hundreds of questions a second."""
