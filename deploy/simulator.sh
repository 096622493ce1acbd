#!/bin/sh
# simulator.sh NAME PORT: a stand-in for development, with the configuration of SIMULATOR_CONFIG (JSON).
set -eu
: "${SIMULATOR_CONFIG:?run deploy/development.py first}"
umask 077
printf '%s' "$SIMULATOR_CONFIG" >"/tmp/$1.json"
exec python -m "insurance.simulators.$1" --host 0.0.0.0 --port "$2" --data "/data/$1.sqlite" --config "/tmp/$1.json"
