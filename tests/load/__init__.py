"""Load tests of one gateway: thousands of open streams, hundreds of questions a second."""
