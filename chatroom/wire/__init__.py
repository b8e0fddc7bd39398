"""Bytes to lines and back, without I/O and without any idea of chat. Standard library only, but for WebSocket."""
