#!/bin/sh
# Least-privilege ACLs of biorelay's topics and consumer groups, for a broker with an authorizer (StandardAuthorizer).
#   BOOTSTRAP=kafka:9093 deploy/acls.sh --command-config admin.properties
# Users, prefix and the readers' groups are variables, below with their defaults. Running it again changes nothing.
# What is options here goes to every call of Kafka's own tool, which must be on PATH (or KAFKA_ACLS).
set -eu
: "${BOOTSTRAP:?host:port of a broker}" "${KAFKA_ACLS:=kafka-acls.sh}"
: "${PREFIX:=biorelay}" "${GROUP:=$PREFIX}" "${READERS:=$PREFIX-reader}"
: "${WORKER:=worker}" "${PUBLISHER:=publisher}" "${READER:=reader}" "${OPERATOR:=operator}"

allow() { # allow USER OPERATION RESOURCE...
    user=$1 operation=$2
    shift 2
    "$KAFKA_ACLS" --bootstrap-server "$BOOTSTRAP" $OPTIONS --add --allow-principal "User:$user" --operation "$operation" "$@"
}
OPTIONS=$*

# A publisher writes abstracts and can read nothing.
allow "$PUBLISHER" Write --topic "$PREFIX.abstracts"

# A reader reads answers, alone or in a consumer group whose name begins with READERS, and can write nothing.
allow "$READER" Read --topic "$PREFIX.relations" --topic "$PREFIX.graph-changes" --topic "$PREFIX.discoveries"
allow "$READER" Read --resource-pattern-type prefixed --group "$READERS"

# A worker reads the stages' topics, writes each stage's results and what cannot be handled, and commits its own groups' places.
# It writes abstracts too: one that a client put on another partition than its key's is sent on there (docs/architecture.md).
allow "$WORKER" Read --topic "$PREFIX.abstracts" --topic "$PREFIX.entities" --topic "$PREFIX.relations" --topic "$PREFIX.questions"
allow "$WORKER" Write --topic "$PREFIX.abstracts" --topic "$PREFIX.entities" --topic "$PREFIX.relations" \
    --topic "$PREFIX.graph-changes" --topic "$PREFIX.discoveries" --topic "$PREFIX.dead-letters"
allow "$WORKER" DescribeConfigs --resource-pattern-type prefixed --topic "$PREFIX."
allow "$WORKER" Read --group "$GROUP.ner" --group "$GROUP.relations" --group "$GROUP.graph"
allow "$WORKER" Read --resource-pattern-type prefixed --group "$GROUP.reextract-"  # biorelay reextract, by the worker's login
allow "$WORKER" Read --resource-pattern-type prefixed --group "$GROUP.relink-"  # biorelay relink, likewise

# An operator creates and mends topics, asks standing questions, lists and replays dead letters, sees the lag.
allow "$OPERATOR" All --resource-pattern-type prefixed --topic "$PREFIX."
allow "$OPERATOR" Describe --resource-pattern-type prefixed --group "$GROUP."
allow "$OPERATOR" Describe --cluster
