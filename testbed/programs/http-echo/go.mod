module http-echo

go 1.21
