"""The desk at which staff moderate the chats: a queue of messages, and who speaks beside each."""
