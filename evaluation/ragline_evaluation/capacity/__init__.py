"""How a vector store grows: times, recall, memory and disk at several numbers of chunks."""
