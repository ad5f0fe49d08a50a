-- Publishes the rows of a staging table of texts into a table, in one transaction: readers see the old rows or the new ones.
-- A value that the table would store differently is refused, and so is a timestamp with a time zone in a column without one.
-- For Azure SQL Database and SQL Server 2017 or later.
--
-- Parameters: @schema, @table, @staging (names), @mode ('replace' or 'upsert'), @keys (column names, separated by commas),
-- @expected (rows that were copied).
SET NOCOUNT ON;
SET XACT_ABORT ON;
SET DATEFORMAT ymd;

DECLARE @target nvarchar(300) = CONCAT(QUOTENAME(@schema), N'.', QUOTENAME(@table));
DECLARE @source nvarchar(300) = CONCAT(QUOTENAME(@schema), N'.', QUOTENAME(@staging));
DECLARE @problem nvarchar(2048);
DECLARE @names nvarchar(max);
DECLARE @sql nvarchar(max);
DECLARE @staged bigint;

IF OBJECT_ID(@source, N'U') IS NULL
    THROW 50001, N'The staging table does not exist: nothing was copied.', 1;

IF OBJECT_ID(@target, N'U') IS NULL
BEGIN
    SET @problem = CONCAT(N'The table ', @target, N' does not exist. Create it with the columns of the dataset.');
    THROW 50002, @problem, 1;
END;

IF @mode NOT IN (N'replace', N'upsert')
    THROW 50003, N'The parameter Mode must be replace or upsert.', 1;

SET @sql = CONCAT(N'SELECT @staged = COUNT_BIG(*) FROM ', @source, N';');
EXEC sys.sp_executesql @sql, N'@staged bigint OUTPUT', @staged = @staged OUTPUT;

IF @staged <> @expected
BEGIN
    SET @problem = CONCAT(N'The staging table has ', @staged, N' rows, but ', @expected, N' rows were copied. Run the pipeline again.');
    THROW 50004, @problem, 1;
END;

IF @staged = 0
    THROW 50005, N'The dataset has no rows.', 1;

-- The columns of the dataset: the type of the table, and a condition that is true for values that it would store differently.
DECLARE @column TABLE (
    name sysname NOT NULL,
    quoted nvarchar(300) NOT NULL,
    is_key bit NOT NULL DEFAULT 0,
    type nvarchar(60) NULL,
    widest nvarchar(60) NULL,
    changes nvarchar(max) NULL
);

INSERT INTO @column (name, quoted, type, widest, changes)
SELECT
    s.name,
    QUOTENAME(s.name),
    CASE
        WHEN y.name IN (N'decimal', N'numeric') THEN CONCAT(y.name, N'(', t.precision, N', ', t.scale, N')')
        WHEN y.name IN (N'datetime2', N'datetimeoffset', N'time') THEN CONCAT(y.name, N'(', t.scale, N')')
        ELSE y.name
    END,
    CASE
        WHEN y.name IN (N'tinyint', N'smallint', N'int', N'bigint', N'decimal', N'numeric', N'money', N'smallmoney') THEN N'decimal(38, 18)'
        WHEN y.name IN (N'date', N'datetime2', N'datetimeoffset', N'datetime', N'smalldatetime') THEN N'datetimeoffset(7)'
        WHEN y.name = N'time' THEN N'time(7)'
    END,
    CASE
        WHEN y.name IN (N'nvarchar', N'nchar') THEN N'1 = 0'
        WHEN y.name IN (N'float', N'real') THEN CONCAT(
            N'LEN(', QUOTENAME(s.name), N') = 0 OR (', QUOTENAME(s.name), N' IS NOT NULL AND TRY_CONVERT(float, ', QUOTENAME(s.name), N') IS NULL)'
        )
        WHEN y.name IN (N'varchar', N'char') THEN CONCAT(
            N'CONVERT(nvarchar(max), CONVERT(varchar(max), ', QUOTENAME(s.name), N' COLLATE ', t.collation_name,
            N')) COLLATE Latin1_General_BIN2 <> ', QUOTENAME(s.name), N' COLLATE Latin1_General_BIN2'
        )
        WHEN y.name = N'bit' THEN CONCAT(N'LOWER(', QUOTENAME(s.name), N') NOT IN (N''0'', N''1'', N''true'', N''false'')')
        WHEN y.name = N'uniqueidentifier' THEN CONCAT(
            N'LEN(', QUOTENAME(s.name), N') <> 36 OR TRY_CONVERT(uniqueidentifier, ', QUOTENAME(s.name), N') IS NULL'
        )
    END
FROM sys.columns AS s
LEFT JOIN sys.columns AS t ON t.object_id = OBJECT_ID(@target) AND t.name = s.name
LEFT JOIN sys.types AS y ON y.user_type_id = t.system_type_id
WHERE s.object_id = OBJECT_ID(@source);

SELECT @names = STRING_AGG(CONVERT(nvarchar(max), name), N', ') FROM @column WHERE type IS NULL;
IF @names IS NOT NULL
BEGIN
    SET @problem = LEFT(CONCAT(N'The table ', @target, N' lacks columns of the dataset, or they have a type of a CLR library: ', @names), 2048);
    THROW 50006, @problem, 1;
END;

UPDATE @column
SET changes = CONCAT(
        quoted, N' IS NOT NULL AND (TRY_CONVERT(', widest, N', ', quoted, N') IS NULL OR TRY_CONVERT(', type, N', ', quoted,
        N') IS NULL OR TRY_CONVERT(', widest, N', ', quoted, N') <> ',
        -- SQL Server converts the datetime .003 to .0033333 of other types, so its text is compared.
        CASE type
            WHEN N'datetime' THEN CONCAT(N'CONVERT(nvarchar(23), TRY_CONVERT(datetime, ', quoted, N'), 121)')
            ELSE CONCAT(N'TRY_CONVERT(', type, N', ', quoted, N')')
        END,
        -- SQL Server rounds numbers to the 18 places of the widest type, reads a time alone as a time of 1900-01-01, and drops the
        -- date of a timestamp in a time column.
        CASE widest
            WHEN N'decimal(38, 18)' THEN CONCAT(N' OR ', quoted, N' LIKE N''%.__________________%[1-9]%''')
            WHEN N'datetimeoffset(7)' THEN CONCAT(
                N' OR ', quoted, N' NOT LIKE N''[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]%''',
                N' OR ', CASE WHEN type LIKE N'datetimeoffset%' THEN N'NOT ' END,
                N'(', quoted, N' LIKE N''%Z'' OR ', quoted, N' LIKE N''%[+-][0-9][0-9]:[0-9][0-9]'')'
            )
            WHEN N'time(7)' THEN CONCAT(N' OR ', quoted, N' LIKE N''%-%''')
        END,
        N')'
    )
WHERE widest IS NOT NULL;

SELECT @names = STRING_AGG(CONVERT(nvarchar(max), CONCAT(name, N' (', type, N')')), N', ') FROM @column WHERE changes IS NULL;
IF @names IS NOT NULL
BEGIN
    SET @problem = LEFT(CONCAT(N'Columns of these types cannot be loaded from a text file: ', @names), 2048);
    THROW 50007, @problem, 1;
END;

SELECT @sql = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
    N'SELECT N', QUOTENAME(name, ''''), N' AS name, N''', type, N''' AS type, MIN(LEFT(', quoted, N', 100)) AS value FROM ', @source,
    N' WHERE ', changes, N' HAVING COUNT_BIG(*) > 0'
)), N' UNION ALL ') FROM @column;
SET @sql = CONCAT(
    N'SELECT TOP (1) @problem = CONCAT(N''The value "'', value, N''" of the column '', name, N'' does not fit its type '', type, ',
    N'N''. Correct the dataset or the type of the column.'') FROM (', @sql, N') AS changed;'
);
EXEC sys.sp_executesql @sql, N'@problem nvarchar(2048) OUTPUT', @problem = @problem OUTPUT;
IF @problem IS NOT NULL
    THROW 50008, @problem, 1;

IF @mode = N'upsert'
BEGIN
    UPDATE c SET is_key = 1
    FROM @column AS c
    INNER JOIN STRING_SPLIT(@keys, N',') AS k ON TRIM(k.value) = c.name;

    SELECT @names = STRING_AGG(CONVERT(nvarchar(max), TRIM(value)), N', ')
    FROM STRING_SPLIT(@keys, N',')
    WHERE TRIM(value) <> N'' AND TRIM(value) NOT IN (SELECT name FROM @column);

    IF @names IS NOT NULL OR NOT EXISTS (SELECT 1 FROM @column WHERE is_key = 1)
    BEGIN
        SET @problem = LEFT(CONCAT(N'The parameter KeyColumns must list columns of the dataset. Not found: ', COALESCE(@names, N'(none entered)')), 2048);
        THROW 50009, @problem, 1;
    END;
END;

DECLARE @columns nvarchar(max);
DECLARE @keyed nvarchar(max);
DECLARE @match nvarchar(max);
DECLARE @updates nvarchar(max);
DECLARE @missing nvarchar(max);

SELECT
    @columns = STRING_AGG(CONVERT(nvarchar(max), quoted), N', '),
    @keyed = STRING_AGG(CONVERT(nvarchar(max), CASE WHEN is_key = 1 THEN quoted END), N', '),
    @match = STRING_AGG(CONVERT(nvarchar(max), CASE WHEN is_key = 1 THEN CONCAT(N't.', quoted, N' = s.', quoted) END), N' AND '),
    @updates = STRING_AGG(CONVERT(nvarchar(max), CASE WHEN is_key = 0 THEN CONCAT(N't.', quoted, N' = s.', quoted) END), N', '),
    @missing = STRING_AGG(CONVERT(nvarchar(max), CASE WHEN is_key = 1 THEN CONCAT(quoted, N' IS NULL') END), N' OR ')
FROM @column;

-- UNION ALL, so that the temporary table does not inherit an identity column.
SET @sql = CONCAT(
    N'SELECT ', @columns, N' INTO #typed FROM ', @target, N' WHERE 1 = 0 UNION ALL SELECT ', @columns, N' FROM ', @target, N' WHERE 1 = 0; ',
    N'INSERT INTO #typed (', @columns, N') SELECT ', @columns, N' FROM ', @source, N'; '
);

IF @mode = N'replace'
    SET @sql = CONCAT(
        @sql, N'BEGIN TRANSACTION; ',
        N'DELETE FROM ', @target, N' WITH (TABLOCKX, HOLDLOCK); ',
        N'INSERT INTO ', @target, N' (', @columns, N') SELECT ', @columns, N' FROM #typed; ',
        N'IF (SELECT COUNT_BIG(*) FROM ', @target, N') <> @expected ',
        N'THROW 50010, N''The table does not contain the rows of the dataset: a trigger may have changed them.'', 1; '
    );
ELSE
    SET @sql = CONCAT(
        @sql, N'IF EXISTS (SELECT 1 FROM #typed WHERE ', @missing, N') THROW 50011, N''A row of the dataset has no value in a key column.'', 1; ',
        N'CREATE UNIQUE CLUSTERED INDEX one_row_per_key ON #typed (', @keyed, N'); ',
        N'BEGIN TRANSACTION; ',
        CASE WHEN @updates IS NOT NULL THEN CONCAT(
            N'UPDATE t SET ', @updates, N' FROM ', @target, N' AS t WITH (TABLOCKX, HOLDLOCK) INNER JOIN #typed AS s ON ', @match, N'; '
        ) END,
        N'INSERT INTO ', @target, N' WITH (TABLOCKX, HOLDLOCK) (', @columns, N') SELECT ', @columns, N' FROM #typed AS s ',
        N'WHERE NOT EXISTS (SELECT 1 FROM ', @target, N' AS t WHERE ', @match, N'); ',
        N'IF (SELECT COUNT_BIG(*) FROM ', @target, N' AS t INNER JOIN #typed AS s ON ', @match, N') <> @expected ',
        N'THROW 50012, N''The table does not contain each row of the dataset once: the key columns may not be unique there.'', 1; '
    );

SET @sql = CONCAT(@sql, N'DROP TABLE ', @source, N'; COMMIT TRANSACTION;');
EXEC sys.sp_executesql @sql, N'@expected bigint', @expected = @expected;

SELECT @expected AS rowsPublished;
