#!/bin/sh
# Reads what is new in the log of pf and uploads the hits in it.
exec "${TS_ROOT:-}/usr/local/sbin/tsadmin" logs "$@"
