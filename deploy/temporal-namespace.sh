#!/bin/sh
# The namespace, kept for as long as disputes may take, and the search attribute of workflows/search.py; repeatable.
set -eu
export TEMPORAL_ADDRESS=temporal:7233
namespace=${TEMPORAL_NAMESPACE:-default}

temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1 ||
    temporal operator namespace create --namespace "$namespace" --retention "${TEMPORAL_RETENTION:-90d}"
temporal operator search-attribute list --namespace "$namespace" | grep -qw InsurerCode ||
    temporal operator search-attribute create --namespace "$namespace" --name InsurerCode --type Keyword
