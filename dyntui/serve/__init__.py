"""The HTTP endpoint: DynamoDB's protocol for every SDK, on an engine.

server      sockets, connections, limits in time, the way out
connection  one client: HTTP/1.1 in, answers in order, out
endpoint    what a request asks for, and its answer: no sockets
workers     several processes at one port
"""
