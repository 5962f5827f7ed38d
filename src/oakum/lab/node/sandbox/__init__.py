"""The keeper: one helper process of a lab that holds its pods' namespaces and starts their processes.

The lab forks nothing itself. It talks to the keeper over a socket pair (`client.Keeper`), passes file descriptors for
standard streams, and gets back connected sockets of a pod's network. The keeper (`keeper`) is the first process of a
process-id namespace of its own where the machine allows that: when it ends, the kernel ends every process below it.
Its modules import only the standard library, and nothing of oakum but one another: it starts in 30 ms.
"""
