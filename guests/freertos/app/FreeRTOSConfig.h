/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FREERTOS_CONFIG_H
#define FREERTOS_CONFIG_H
/**
 * @file
 * Kernel configuration of the demo, for V9 and V11. All objects are static, so no
 * heap of the kernel is linked.
 */
#include "board.h"

#define configNUMBER_OF_CORES                   FREERTOS_CORES
#define configTICK_RATE_HZ                      1000
#define configUSE_16_BIT_TICKS                  0
#define configUSE_PREEMPTION                    1
#define configUSE_TIME_SLICING                  1
#define configMAX_PRIORITIES                    7
#define configMINIMAL_STACK_SIZE                512 /* 64-bit words; a context takes 100 */
#define configSTACK_DEPTH_TYPE                  uint32_t
#define configMAX_TASK_NAME_LEN                 12
#define configUSE_IDLE_HOOK                     1
#define configUSE_TICK_HOOK                     0
#define configIDLE_SHOULD_YIELD                 1
#define configSUPPORT_STATIC_ALLOCATION         1
#define configSUPPORT_DYNAMIC_ALLOCATION        0
#define configCHECK_FOR_STACK_OVERFLOW          2
#define configUSE_TASK_NOTIFICATIONS            1
#define configUSE_MUTEXES                       0
#define configUSE_TIMERS                        0
#define configUSE_CO_ROUTINES                   0
#define configUSE_TRACE_FACILITY                0
#define configGENERATE_RUN_TIME_STATS           0
#define configUSE_QUEUE_SETS                    0

#if FREERTOS_CORES > 1
#define configUSE_PORT_OPTIMISED_TASK_SELECTION 0
#define configRUN_MULTIPLE_PRIORITIES           1
#define configUSE_CORE_AFFINITY                 1
#define configUSE_PASSIVE_IDLE_HOOK             1
#define configUSE_TASK_PREEMPTION_DISABLE       0
#else
#define configUSE_PORT_OPTIMISED_TASK_SELECTION 1
#endif

#define INCLUDE_vTaskDelay                      1
#define INCLUDE_vTaskDelayUntil                 1
#define INCLUDE_xTaskGetSchedulerState          1

/* Of this port. */
#define configGICD_BASE                         BOARD_GICD_BASE
#define configGICR_BASE                         BOARD_GICR_BASE

void app_assert_failed(const char *what, const char *file, int line);
#define configASSERT(x) do { if (!(x)) app_assert_failed(#x, __FILE_NAME__, __LINE__); } while (0)
#endif
