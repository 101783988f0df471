"""Items that are encrypted and signed before they leave the program that writes them.

Two formats: the current one (`sealing`, `opening`) with the marker attributes `aws_dbe_head` and
`aws_dbe_foot`, and the legacy one (`legacy`) with `*amzn-ddb-map-desc*` and `*amzn-ddb-map-sig*`.
docs/item-encryption.md describes them. Items here are attribute maps whose binary values are
`bytes`, or base64 text; what is given back holds `bytes`.
"""
