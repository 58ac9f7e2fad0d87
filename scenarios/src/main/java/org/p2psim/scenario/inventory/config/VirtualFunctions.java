package org.p2psim.scenario.inventory.config;

/** An SR-IOV capability in use: which routing ids its virtual functions have, and their device id. */
public record VirtualFunctions(int count, int offset, int stride, int deviceId) {}
