#!/bin/sh
# The store, and its bucket, which is made beside it as soon as the store answers: store.sh BUCKET ADDRESS FOLDER OPTION...
set -eu
bucket=$1 address=$2 folder=$3
shift 3
(
    until echo "s3.bucket.list" | weed shell -master="$address:9333" -filer="$address:8888" 2>&1 | grep -q "$bucket"; do
        echo "s3.bucket.create -name $bucket" | weed shell -master="$address:9333" -filer="$address:8888" >/dev/null 2>&1
        sleep 0.2
    done
    touch "$folder/$bucket.made" # the health check looks for it
) &
exec weed server -dir="$folder" -ip="$address" -ip.bind="$address" -s3 "$@"
