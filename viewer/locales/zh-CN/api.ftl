api-docs-title = 接口说明
api-docs-intro = 本系统全部接口，机器可读的 OpenAPI 3.1 描述见：
