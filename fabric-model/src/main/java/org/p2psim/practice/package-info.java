/**
 * What {@code rdma_topo check} answers about a machine: whether ACS, ATS and IOMMU groups are as NVIDIA wants them for
 * GPUDirect RDMA (layer L3). Not a verdict about peer-to-peer: it knows ConnectX with NVIDIA GPUs only. Rules after
 * rdma-core, kernel-boot/rdma_topo, commit 714e0fcf8685.
 */
@NullMarked
package org.p2psim.practice;

import org.jspecify.annotations.NullMarked;
