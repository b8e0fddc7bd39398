"""The full screen: everything the client knows, drawn whenever it changes.

Strategy: `app` puts prompt_toolkit's application together with a client; what it shows is read from the session and
its places at the moment of drawing, and kept nowhere else. `cells` and `rows` turn events into rows of a width,
`scrollback` shows those in sight, `panels` what stands around them, `entry` is where one types.
"""
